/** What the account page shows: who is signed in and for how long, and the form for another password. */
import type { PasswordRules, SessionState } from 'sekisho/contract'
import { describeTrouble, type FormWords } from '../form/form-words.ts'
import { part } from '../form/part.ts'
import { SecretField } from '../form/secret-field.ts'
import { SecretForm } from '../form/secret-form.ts'
import type { NewPassword } from '../password/new-password.ts'
import { formatTimeLeft } from '../time-left.ts'
import type { AccountWords } from './account-words.ts'

export class AccountPage {
  readonly form: SecretForm
  readonly current: SecretField
  readonly signOut = part('sign-out', HTMLButtonElement)
  readonly #lead = part('lead', HTMLParagraphElement)
  readonly #expired = part('expired', HTMLParagraphElement)
  readonly #session = part('session', HTMLDivElement)
  readonly #who = part('who', HTMLElement)
  readonly #ends = part('ends', HTMLParagraphElement)
  readonly #toApp = part('to-app', HTMLAnchorElement)
  readonly #signOutStatus = part('sign-out-status', HTMLParagraphElement)
  readonly #formElement = part('form', HTMLFormElement)
  readonly #username = part('username', HTMLInputElement)
  readonly #password: NewPassword
  readonly #words: AccountWords
  readonly #formWords: FormWords

  constructor(words: AccountWords, formWords: FormWords, password: NewPassword) {
    this.#words = words
    this.#formWords = formWords
    this.#password = password
    this.current = new SecretField('current-password', formWords)
    const texts = { submit: words.submit, busy: words.changing }
    this.form = new SecretForm(formWords, texts, [this.current, ...password.fields])
  }

  /** `expired`: the gate lets nobody with this password through to the app. */
  showSession({ username, endsIn }: SessionState, expired: boolean): void {
    this.#lead.hidden = true
    this.#expired.hidden = !expired
    this.#toApp.hidden = expired
    this.#session.hidden = false
    this.#who.textContent = username ?? 'guest'
    this.#username.value = username ?? ''
    this.#ends.textContent = this.#words.endsIn.replace('{time}', formatTimeLeft(endsIn, this.#formWords))
    if (username === undefined) this.#say(this.#words.guest)
  }

  showForm(rules: PasswordRules): void {
    this.#password.rules = rules
    this.#formElement.hidden = false
  }

  /** After the change: everything is as after any sign-in. */
  showChanged(state: SessionState | undefined): void {
    this.current.clear()
    this.#password.clear()
    this.form.again()
    this.form.say(this.#words.changed, 'calm')
    if (state !== undefined) this.showSession(state, false)
  }

  showNothing(): void {
    this.#say(describeTrouble({ kind: 'unreachable' }, this.#formWords))
  }

  signingOut(state: 'busy' | 'failed'): void {
    const busy = state === 'busy'
    this.signOut.setAttribute('aria-disabled', String(busy))
    this.signOut.textContent = busy ? this.#words.signingOut : this.#words.signOut
    this.#signOutStatus.textContent = busy ? '' : this.#words.signOutFailed
    this.#signOutStatus.classList.toggle('trouble', !busy)
  }

  #say(text: string): void {
    this.#lead.textContent = text
    this.#lead.hidden = false
  }
}
