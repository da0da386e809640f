/** A form that takes passwords: what it shows, and in which state it takes them. */
import type { Trouble } from '../ceremony/outcome.ts'
import { describeTrouble, type FormWords } from './form-words.ts'
import { part } from './part.ts'
import type { SecretField } from './secret-field.ts'
import { countDown, formatWait } from './waiting.ts'

type Tone = 'calm' | 'trouble' | 'unseen'

/** What to do when what was typed can't be taken. */
export interface Objection {
  readonly text: string
  readonly input: HTMLInputElement
}

export interface SecretFormTexts {
  /** On the button at rest and at work. */
  readonly submit: string
  readonly busy: string
}

export class SecretForm {
  readonly #form = part('form', HTMLFormElement)
  readonly #submit = part('submit', HTMLButtonElement)
  readonly #submitText = part('submit-text', HTMLSpanElement)
  readonly #status = part('status', HTMLParagraphElement)
  readonly #fields: readonly SecretField[]
  readonly #inputs: readonly HTMLInputElement[]
  readonly #words: FormWords
  readonly #texts: SecretFormTexts
  #resting = true

  /** `others` are the form's fields for anything but passwords. */
  constructor(
    words: FormWords,
    texts: SecretFormTexts,
    fields: readonly SecretField[],
    others: readonly HTMLInputElement[] = [],
  ) {
    this.#words = words
    this.#texts = texts
    this.#fields = fields
    this.#inputs = [...others.filter((input) => !input.readOnly), ...fields.map(({ input }) => input)]
  }

  /** From here on the form can be used. */
  open(onSubmit: () => void): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (this.#resting) onSubmit()
    })
    this.#submit.disabled = false
  }

  /** While the attempt runs. The button keeps the focus, so it is not `disabled`. */
  busy(): void {
    this.#rest(false)
    for (const field of this.#fields) field.show(false)
    for (const input of this.#inputs) input.readOnly = true
    this.#form.setAttribute('aria-busy', 'true')
    this.#submitText.textContent = this.#texts.busy
    this.say(this.#texts.busy, 'unseen')
  }

  /** Ready for another attempt. */
  again(): void {
    this.#rest(true)
    for (const input of this.#inputs) input.readOnly = false
    this.#form.removeAttribute('aria-busy')
    this.#submitText.textContent = this.#texts.submit
  }

  /** No further attempt makes sense on this page. */
  close(): void {
    this.clear()
    this.again()
    this.#submit.disabled = true
    for (const input of this.#inputs) input.disabled = true
  }

  clear(): void {
    for (const field of this.#fields) field.clear()
  }

  /** Ready for another attempt, at the field that is wrong. */
  object({ text, input }: Objection): void {
    this.again()
    this.say(text, 'trouble')
    input.setAttribute('aria-invalid', 'true')
    input.focus()
  }

  say(text: string, tone: Tone): void {
    this.#status.textContent = text
    this.#status.classList.toggle('trouble', tone === 'trouble')
    this.#status.classList.toggle('unseen', tone === 'unseen')
  }

  /** What was typed stays where it was not tried, so nobody has to type it twice. */
  showTrouble(trouble: Trouble): void {
    this.say(describeTrouble(trouble, this.#words), 'trouble')
    switch (trouble.kind) {
      case 'paced':
      case 'busy':
        return this.#pause(trouble.waitSeconds)
      case 'unreachable':
      case 'faulty':
        return this.again()
      case 'weakened':
      case 'unsupported':
        return this.close()
    }
  }

  /** Closed for some seconds; the button counts, and the status, which is read out, changes only at the end. */
  #pause(seconds: number): void {
    this.again()
    this.#rest(false)
    countDown(
      seconds,
      (left) => {
        this.#submitText.textContent = this.#words.wait.replace('{time}', formatWait(left, this.#words))
      },
      () => {
        this.again()
        this.say(this.#words.again, 'calm')
      },
    )
  }

  #rest(resting: boolean): void {
    this.#resting = resting
    this.#submit.setAttribute('aria-disabled', String(!resting))
  }
}
