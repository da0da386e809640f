/** The dialog over a page that is no longer signed in. Nothing of the page is touched, so nothing typed is lost. */
import { againParameter, paths, returnToParameter, safeReturnPath } from 'sekisho/contract'
import type { BarWords } from './bar-words.ts'
import { make, makeIcon } from '../make.ts'
import { markPath, markViewBox } from './mark.ts'

/** `unproven`: there is a session, but what proves in this browser that it is its own is gone. `blocked`: the script for it is. */
export type WhySignedOut = 'ended' | 'unproven' | 'blocked'

/** The login page, coming back to where this page is. */
export function loginUrl(
  here: Pick<Location, 'pathname' | 'search' | 'hash'>,
  why: WhySignedOut = 'ended',
): string {
  const query = new URLSearchParams({ [returnToParameter]: safeReturnPath(here.pathname + here.search) })
  if (why === 'unproven') query.set(againParameter, '1')
  return `${paths.login}?${query.toString()}${here.hash}`
}

export class SignedOutDialog {
  readonly element: HTMLDialogElement
  readonly #here = make('a', { class: 'main' })
  readonly #newTab: HTMLAnchorElement
  // Takes the focus: an Enter meant for the page must not leave it.
  readonly #title = make('h2', { id: 'ended', tabindex: '-1', autofocus: '' })
  readonly #text = make('p', { id: 'ended-text' })
  readonly #words: BarWords
  #why: WhySignedOut = 'ended'

  constructor(words: BarWords) {
    this.#words = words
    const newTab = make('a', { class: 'plain', target: '_blank', rel: 'noopener' }, words.signInNewTab)
    const close = make('button', { class: 'quiet', type: 'button' }, words.close)
    const mark = makeIcon(markViewBox, markPath)
    mark.setAttribute('class', 'mark')
    this.#newTab = newTab
    this.element = make(
      'dialog',
      { 'aria-labelledby': 'ended', 'aria-describedby': 'ended-text' },
      mark,
      this.#title,
      this.#text,
      this.#here,
      newTab,
      close,
    )
    close.addEventListener('click', () => this.element.close())
  }

  show(why: WhySignedOut): void {
    this.#why = why
    this.#title.textContent = this.#words[`${why}Title`]
    this.#text.textContent = this.#words[`${why}Text`]
    const blocked = why === 'blocked'
    this.#here.textContent = blocked ? this.#words.reload : this.#words.signInAgain
    // With its fragment a link to the same page would not load it.
    this.#here.href = blocked ? location.pathname + location.search : loginUrl(location, why)
    this.#newTab.href = loginUrl(location, why)
    this.#newTab.hidden = blocked
    if (!this.element.open) this.element.showModal()
  }

  restore(): void {
    if (!this.element.open) return
    this.element.close()
    this.show(this.#why)
  }

  hide(): void {
    this.element.close()
  }
}
