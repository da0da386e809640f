/** The login form: a password, and a name where the gate knows users. */
import { guestName, normalizeUsername } from 'sekisho/contract'
import type { Credentials } from '../ceremony/sign-in.ts'
import { isEmbedded } from '../bar/embedded.ts'
import type { FormWords } from '../form/form-words.ts'
import { part } from '../form/part.ts'
import { SecretField } from '../form/secret-field.ts'
import { SecretForm } from '../form/secret-form.ts'
import type { LoginWords } from './login-words.ts'

/** Which of them the page asks for stands in its name field: readonly, required or neither. */
export function readCredentials(
  name: Pick<HTMLInputElement, 'readOnly' | 'required' | 'value'>,
  password: string,
): Credentials | 'no-name' | 'no-password' {
  const username = name.value.trim()
  if (!name.readOnly && name.required && username === '') return 'no-name'
  if (password === '') return 'no-password'
  if (name.readOnly || username === '') return { password }
  // A browser that saved the shared password before there were users fills it in with the name that stood here then.
  return !name.required && normalizeUsername(username) === guestName ? { password } : { username, password }
}

export class LoginForm {
  readonly form: SecretForm
  readonly #name = part('username', HTMLInputElement)
  readonly #password: SecretField
  readonly #words: LoginWords

  constructor(words: LoginWords, formWords: FormWords) {
    this.#words = words
    this.#password = new SecretField('password', formWords)
    const texts = { submit: words.submit, busy: words.checking }
    this.form = new SecretForm(formWords, texts, [this.#password], [this.#name])
    this.#name.addEventListener('input', () => this.#name.removeAttribute('aria-invalid'))
  }

  /** From here on the form can be used. */
  open(onSubmit: (typed: Credentials) => void): void {
    this.form.open(() => {
      const typed = readCredentials(this.#name, this.#password.typed)
      if (typed === 'no-name') return this.#ask(this.#words.emptyName, this.#name)
      if (typed === 'no-password') return this.#ask(this.#words.empty, this.#password.input)
      onSubmit(typed)
    })
  }

  /** Which of the two is wrong nobody says. */
  refuse(): void {
    this.form.clear()
    this.form.object({ text: this.#words.refused, input: this.#password.input })
  }

  /** Nothing that is typed here helps this browser; in a frame of another site, a window of its own might: at `address`. */
  turnAway(text: string, address: string): void {
    this.form.close()
    this.form.say(text, 'trouble')
    if (!isEmbedded()) return
    part('window-link', HTMLAnchorElement).href = address
    part('window', HTMLParagraphElement).hidden = false
  }

  #ask(text: string, input: HTMLInputElement): void {
    this.form.say(text, 'trouble')
    input.focus()
  }
}
