/** The dialog over a page whose session has ended. Nothing of the page is touched, so nothing typed is lost. */
import { paths, returnToParameter, safeReturnPath } from 'sekisho/contract'
import type { BarWords } from './bar-words.ts'
import { make, makeIcon } from '../make.ts'
import { markPath, markViewBox } from './mark.ts'

/** The login page, coming back to where this page is. */
export function loginUrl(here: Pick<Location, 'pathname' | 'search' | 'hash'>): string {
  const back = safeReturnPath(here.pathname + here.search)
  return `${paths.login}?${new URLSearchParams({ [returnToParameter]: back }).toString()}${here.hash}`
}

export class SignedOutDialog {
  readonly element: HTMLDialogElement
  readonly #links: readonly HTMLAnchorElement[]

  constructor(words: BarWords) {
    const here = make('a', { class: 'main' }, words.signInAgain)
    const newTab = make('a', { class: 'plain', target: '_blank', rel: 'noopener' }, words.signInNewTab)
    const close = make('button', { class: 'quiet', type: 'button' }, words.close)
    const mark = makeIcon(markViewBox, markPath)
    mark.setAttribute('class', 'mark')
    this.#links = [here, newTab]
    this.element = make(
      'dialog',
      { 'aria-labelledby': 'ended', 'aria-describedby': 'ended-text' },
      mark,
      // Takes the focus: an Enter meant for the page must not leave it.
      make('h2', { id: 'ended', tabindex: '-1', autofocus: '' }, words.endedTitle),
      make('p', { id: 'ended-text' }, words.endedText),
      here,
      newTab,
      close,
    )
    close.addEventListener('click', () => this.element.close())
  }

  show(): void {
    for (const link of this.#links) link.href = loginUrl(location)
    if (!this.element.open) this.element.showModal()
  }

  restore(): void {
    if (!this.element.open) return
    this.element.close()
    this.show()
  }

  hide(): void {
    this.element.close()
  }
}
