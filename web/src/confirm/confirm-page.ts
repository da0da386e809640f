/** What the confirmation window shows: what the password is asked for, of whom, and the field for it. */
import { guestName, type ConfirmLooked } from 'sekisho/contract'
import type { FormWords } from '../form/form-words.ts'
import { part } from '../form/part.ts'
import { SecretField } from '../form/secret-field.ts'
import { SecretForm } from '../form/secret-form.ts'
import type { ConfirmWords } from './confirm-words.ts'

export class ConfirmPage {
  readonly form: SecretForm
  readonly #lead = part('lead', HTMLParagraphElement)
  readonly #facts = part('facts', HTMLDivElement)
  readonly #who = part('who', HTMLElement)
  readonly #function = part('function', HTMLParagraphElement)
  readonly #functionName = part('function-name', HTMLElement)
  readonly #formElement = part('form', HTMLFormElement)
  readonly #username = part('username', HTMLInputElement)
  readonly #password: SecretField
  readonly #words: ConfirmWords

  constructor(words: ConfirmWords, formWords: FormWords) {
    this.#words = words
    this.#password = new SecretField('password', formWords)
    this.form = new SecretForm(formWords, { submit: words.submit, busy: words.checking }, [this.#password])
  }

  show({ what, endpoint, username = guestName }: ConfirmLooked): void {
    this.#say(this.#words[what === 'call' ? 'leadCall' : 'leadAge'])
    this.#who.textContent = username
    this.#username.value = username
    this.#function.hidden = endpoint === undefined
    this.#functionName.textContent = endpoint ?? ''
    this.#facts.hidden = false
    this.#formElement.hidden = false
    this.#password.input.focus()
  }

  /** Calls with what was typed. */
  open(onSubmit: (password: string) => void): void {
    this.form.open(() => {
      const { typed, input } = this.#password
      if (typed !== '') return onSubmit(typed)
      this.form.say(this.#words.empty, 'trouble')
      input.focus()
    })
  }

  refuse(): void {
    this.form.clear()
    this.form.object({ text: this.#words.refused, input: this.#password.input })
  }

  /** Nothing can be typed here any more. */
  end(text: string): void {
    this.form.close()
    this.#formElement.hidden = true
    this.#facts.hidden = true
    this.#say(text)
  }

  #say(text: string): void {
    this.#lead.textContent = text
  }
}
