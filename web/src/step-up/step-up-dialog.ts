/** The dialog over a page whose call needs the password: it leads to the gate's own window, and nothing is typed in here. */
import { languageParameter, paths } from 'sekisho/contract'
import type { BarWords } from '../bar/bar-words.ts'
import { makeDialog, showDialog } from '../bar/dialog.ts'
import { isEmbedded } from '../bar/embedded.ts'
import { make, makeButton } from '../make.ts'
import type { StepUpRequest } from './after-step-up.ts'

/** Without an opener: neither window can reach into the other one. */
const features = 'popup,noopener,noreferrer,width=480,height=820'

/** The ticket stands in the fragment, which is sent to nobody. */
function confirmUrl(ticket: string, lang: string): string {
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
    const [openText, cancelText] = isEmbedded()
      ? [words.framedOpen, words.close]
      : [words.stepUpOpen, words.stepUpCancel]
    const open = makeButton('main', openText)
    const cancel = makeButton('quiet', cancelText)
    const { element, title, text } = makeDialog('step-up', open, this.#status, cancel)
    title.textContent = words.stepUpTitle
    this.#text = text
    this.element = element
    open.addEventListener('click', () => this.#open(lang))
    cancel.addEventListener('click', onDecline)
    // With Escape: not every time can that be prevented (HTML, 6.12, "close watchers"), so whatever comes next is shown anew.
    this.element.addEventListener('close', () => {
      if (this.#ticket !== undefined && !this.element.open) onDecline()
    })
  }

  /** Undefined: nothing is asked for any more. */
  show(request: StepUpRequest | undefined): void {
    this.#ticket = request?.ticket
    this.#status.textContent = ''
    if (request === undefined) return this.element.close()
    const { framedText, stepUpCall, stepUpAge, stepUpHow } = this.#words
    const why = request.what === 'call' ? stepUpCall : stepUpAge
    this.#text.textContent = `${why} ${isEmbedded() ? framedText : stepUpHow}`
    showDialog(this.element)
  }

  #open(lang: string): void {
    if (this.#ticket === undefined) return
    // A window has another session than a frame of another site, and no way to tell it anything: there the whole app is used.
    if (isEmbedded()) return void window.open(location.href, '_blank', 'noopener,noreferrer')
    window.open(confirmUrl(this.#ticket, lang), '_blank', features)
    this.#status.textContent = this.#words.stepUpOpened
  }
}
