/** The login form: what it shows, and in which state it takes a password. */
import type { LoginWords } from './status.ts'
import { countDown, formatWait } from './waiting.ts'

type Tone = 'calm' | 'trouble'

function part<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new TypeError(`The page has no ${id}.`)
  return found
}

export class LoginForm {
  readonly #form = part('form', HTMLFormElement)
  readonly #password = part('password', HTMLInputElement)
  readonly #reveal = part('reveal', HTMLButtonElement)
  readonly #submit = part('submit', HTMLButtonElement)
  readonly #submitText = part('submit-text', HTMLSpanElement)
  readonly #status = part('status', HTMLParagraphElement)
  readonly #caps = part('caps', HTMLParagraphElement)
  readonly #words: LoginWords
  #resting = true

  constructor(words: LoginWords) {
    this.#words = words
    this.#reveal.addEventListener('click', () => {
      this.#show(this.#password.type === 'password')
      this.#password.focus()
    })
    for (const kind of ['keydown', 'keyup'] as const) {
      this.#password.addEventListener(kind, (event) => {
        this.#caps.hidden = !event.getModifierState('CapsLock')
      })
    }
    this.#password.addEventListener('blur', () => (this.#caps.hidden = true))
    this.#password.addEventListener('input', () => this.#password.removeAttribute('aria-invalid'))
  }

  /** From here on the form can be used. `onSubmit` gets what was typed. */
  open(onSubmit: (typed: string) => void): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (!this.#resting) return
      const typed = this.#password.value
      if (typed !== '') return onSubmit(typed)
      this.say(this.#words.empty, 'trouble')
      this.#password.focus()
    })
    this.#submit.disabled = false
  }

  /** While the attempt runs. The button keeps the focus, so it is not `disabled`. */
  busy(): void {
    this.#rest(false)
    this.#show(false)
    this.#password.readOnly = true
    this.#form.setAttribute('aria-busy', 'true')
    this.#submitText.textContent = this.#words.checking
    this.say(this.#words.checking, 'unseen')
  }

  /** Ready for another attempt. */
  again(): void {
    this.#rest(true)
    this.#password.readOnly = false
    this.#form.removeAttribute('aria-busy')
    this.#submitText.textContent = this.#words.submit
  }

  /** Closed for some seconds; the button counts, and the status, which is read out, changes only at the end. */
  pause(seconds: number): void {
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

  /** No further attempt makes sense on this page. */
  close(): void {
    this.clear()
    this.again()
    this.#submit.disabled = true
    this.#password.disabled = true
  }

  clear(): void {
    this.#password.value = ''
  }

  markWrong(): void {
    this.#password.setAttribute('aria-invalid', 'true')
    this.#password.focus()
  }

  say(text: string, tone: Tone | 'unseen'): void {
    this.#status.textContent = text
    this.#status.classList.toggle('trouble', tone === 'trouble')
    this.#status.classList.toggle('unseen', tone === 'unseen')
  }

  #rest(resting: boolean): void {
    this.#resting = resting
    this.#submit.setAttribute('aria-disabled', String(!resting))
  }

  #show(plain: boolean): void {
    this.#password.type = plain ? 'text' : 'password'
    this.#reveal.setAttribute('aria-pressed', String(plain))
  }
}
