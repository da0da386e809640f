/** A field for a password: can be looked at, and tells when Caps Lock is on. */
import { make, makeIcon } from '../make.ts'
import type { FormWords } from './form-words.ts'
import { part } from './part.ts'

const eye = [
  'M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12z',
  'M12 9.1a2.9 2.9 0 1 0 .01 0z',
]
const slash = 'M4.5 19.5l15-15'

export class SecretField {
  readonly input: HTMLInputElement
  readonly #reveal: HTMLButtonElement
  readonly #caps: HTMLParagraphElement

  constructor(id: string, words: FormWords) {
    this.input = part(id, HTMLInputElement)
    this.#reveal = makeReveal(words.show)
    this.#caps = make('p', { id: `${id}-caps`, class: 'caps', hidden: '' }, words.caps)
    this.input.after(this.#reveal)
    this.input.parentElement?.after(this.#caps)
    this.#describeBy(this.#caps.id)
    this.#reveal.addEventListener('click', () => {
      this.show(this.input.type === 'password')
      this.input.focus()
    })
    for (const kind of ['keydown', 'keyup'] as const) {
      this.input.addEventListener(kind, (event) => {
        this.#caps.hidden = !event.getModifierState('CapsLock')
      })
    }
    this.input.addEventListener('blur', () => (this.#caps.hidden = true))
    this.input.addEventListener('input', () => this.input.removeAttribute('aria-invalid'))
  }

  get typed(): string {
    return this.input.value
  }

  clear(): void {
    this.input.value = ''
  }

  show(plain: boolean): void {
    this.input.type = plain ? 'text' : 'password'
    this.#reveal.setAttribute('aria-pressed', String(plain))
  }

  #describeBy(id: string): void {
    const before = this.input.getAttribute('aria-describedby')
    this.input.setAttribute('aria-describedby', before === null ? id : `${id} ${before}`)
  }
}

function makeReveal(label: string): HTMLButtonElement {
  const icon = makeIcon('0 0 24 24', ...eye, slash)
  icon.lastElementChild?.setAttribute('class', 'slash')
  return make(
    'button',
    { class: 'reveal', type: 'button', 'aria-pressed': 'false', 'aria-label': label, title: label },
    icon,
  )
}
