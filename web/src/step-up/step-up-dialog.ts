/** The dialog over a page whose call needs the password: it leads to the gate's own window, and nothing is typed in here. */
import { languageParameter, paths } from 'sekisho/contract'
import type { BarWords } from '../bar/bar-words.ts'
import { markPath, markViewBox } from '../bar/mark.ts'
import { make, makeIcon } from '../make.ts'
import type { StepUpRequest } from './after-step-up.ts'

/** Without an opener: neither window can reach into the other one. */
const features = 'popup,noopener,noreferrer,width=480,height=720'

/** The ticket stands in the fragment, which is sent to nobody. */
export function confirmUrl(ticket: string, lang: string): string {
  return `${paths.confirm}?${new URLSearchParams({ [languageParameter]: lang }).toString()}#${ticket}`
}

export class StepUpDialog {
  readonly element: HTMLDialogElement
  readonly #words: BarWords
  readonly #text: HTMLParagraphElement
  readonly #status = make('p', { class: 'told', role: 'status' })
  #ticket: string | undefined

  constructor(words: BarWords, lang: string, onDecline: () => void) {
    this.#words = words
    this.#text = make('p', { id: 'step-up-text' })
    const open = make('button', { class: 'main', type: 'button' }, words.stepUpOpen)
    const cancel = make('button', { class: 'quiet', type: 'button' }, words.stepUpCancel)
    const mark = makeIcon(markViewBox, markPath)
    mark.setAttribute('class', 'mark')
    this.element = make(
      'dialog',
      { 'aria-labelledby': 'step-up', 'aria-describedby': 'step-up-text' },
      mark,
      // Takes the focus: an Enter meant for the page must not press anything.
      make('h2', { id: 'step-up', tabindex: '-1', autofocus: '' }, words.stepUpTitle),
      this.#text,
      open,
      this.#status,
      cancel,
    )
    open.addEventListener('click', () => this.#open(lang))
    cancel.addEventListener('click', onDecline)
    // Escape.
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault()
      onDecline()
    })
  }

  /** Undefined: nothing is asked for any more. */
  show(request: StepUpRequest | undefined): void {
    this.#ticket = request?.ticket
    this.#status.textContent = ''
    if (request === undefined) return this.element.close()
    this.#text.textContent = this.#words[request.what === 'call' ? 'stepUpCall' : 'stepUpAge']
    if (!this.element.open) this.element.showModal()
  }

  restore(): void {
    if (!this.element.open) return
    this.element.close()
    this.element.showModal()
  }

  #open(lang: string): void {
    if (this.#ticket === undefined) return
    window.open(confirmUrl(this.#ticket, lang), '_blank', features)
    this.#status.textContent = this.#words.stepUpOpened
  }
}
