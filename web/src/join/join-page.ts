/** What the join page shows: the invitation and its form, or why there is none. */
import type { JoinLooked } from 'sekisho/contract'
import type { Trouble } from '../ceremony/outcome.ts'
import { describeTrouble, type FormWords } from '../form/form-words.ts'
import { part } from '../form/part.ts'
import { SecretForm } from '../form/secret-form.ts'
import type { NewPassword } from '../password/new-password.ts'
import { formatTimeLeft } from '../time-left.ts'
import type { JoinWords } from './join-words.ts'

/** Why there is no form. `again`: the page has lost the invitation. */
export type NoForm = { readonly kind: 'again' | 'invalid' | 'insecure' } | Trouble

export class JoinPage {
  readonly form: SecretForm
  readonly #heading = part('heading', HTMLHeadingElement)
  readonly #lead = part('lead', HTMLParagraphElement)
  readonly #formElement = part('form', HTMLFormElement)
  readonly #username = part('username', HTMLInputElement)
  readonly #onward = part('onward', HTMLParagraphElement)
  readonly #toLogin = part('to-login', HTMLAnchorElement)
  readonly #retry = part('retry', HTMLButtonElement)
  readonly #note = part('note', HTMLParagraphElement)
  readonly #expires = part('expires', HTMLSpanElement)
  readonly #password: NewPassword
  readonly #words: JoinWords
  readonly #formWords: FormWords

  constructor(words: JoinWords, formWords: FormWords, password: NewPassword) {
    this.#words = words
    this.#formWords = formWords
    this.#password = password
    const texts = { submit: words.submit, busy: words.setting }
    this.form = new SecretForm(formWords, texts, password.fields)
  }

  showInvitation({ username, purpose, expiresIn, rules }: JoinLooked): void {
    const joining = purpose === 'join'
    this.#heading.textContent = joining ? this.#words.joinHeading : this.#words.resetHeading
    this.#lead.textContent = joining ? this.#words.joinLead : this.#words.resetLead
    this.#expires.textContent = this.#words.expires.replace(
      '{time}',
      formatTimeLeft(expiresIn, this.#formWords),
    )
    this.#username.value = username
    this.#password.rules = rules
    this.#onward.hidden = true
    this.#note.hidden = false
    this.#formElement.hidden = false
    this.#password.focus()
  }

  showNoForm(why: NoForm, retry: () => void): void {
    this.form.close()
    this.#formElement.hidden = true
    this.#note.hidden = true
    const { heading, text } = this.#wordsFor(why)
    this.#heading.textContent = heading
    this.#lead.textContent = text
    this.#toLogin.hidden = why.kind !== 'invalid'
    this.#retry.hidden = !['unreachable', 'faulty', 'paced', 'busy'].includes(why.kind)
    this.#retry.onclick = retry
    this.#onward.hidden = this.#toLogin.hidden && this.#retry.hidden
  }

  #wordsFor(why: NoForm): { readonly heading: string; readonly text: string } {
    const words = this.#words
    switch (why.kind) {
      case 'again':
        return { heading: words.againHeading, text: words.againText }
      case 'invalid':
        return { heading: words.invalidHeading, text: `${words.invalidText} ${words.usedText}` }
      case 'insecure':
        return { heading: words.insecureHeading, text: words.insecureText }
      default:
        return { heading: words.troubleHeading, text: describeTrouble(why, this.#formWords) }
    }
  }
}
