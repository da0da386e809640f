/** The dialog over a page that is no longer signed in. */
import { againParameter, paths, returnToParameter, safeReturnPath } from 'sekisho/contract'
import type { BarWords } from './bar-words.ts'
import { make, makeButton } from '../make.ts'
import { makeDialog, showDialog, type BarDialog } from './dialog.ts'
import { isEmbedded } from './embedded.ts'

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

/** `guest`: of the shared password, with which whoever signs in again begins anew: only the session knew which work was whose. */
export function textFor(words: BarWords, why: WhySignedOut, embedded: boolean, guest: boolean): string {
  if (why === 'blocked') return words.blockedText
  const what = embedded ? words.againFramed : guest ? words.againGuest : words[`${why}Text`]
  return why === 'unproven' ? `${words.unprovenWhy} ${what}` : what
}

export class SignedOutDialog {
  readonly element: HTMLDialogElement
  readonly #here = make('a', {})
  readonly #newTab: HTMLAnchorElement
  readonly #dialog: BarDialog
  readonly #words: BarWords

  constructor(words: BarWords) {
    this.#words = words
    this.#newTab = make('a', { target: '_blank', rel: 'noopener' }, words.signInNewTab)
    const close = makeButton('quiet', words.close)
    this.#dialog = makeDialog('ended', this.#here, this.#newTab, close)
    this.element = this.#dialog.element
    close.addEventListener('click', () => this.element.close())
  }

  show(why: WhySignedOut, guest: boolean): void {
    this.#dialog.title.textContent = this.#words[`${why}Title`]
    this.#dialog.text.textContent = textFor(this.#words, why, isEmbedded(), guest)
    const blocked = why === 'blocked'
    this.#here.textContent = blocked ? this.#words.reload : this.#words.signInAgain
    // With its fragment a link to the same page would not load it.
    this.#here.href = blocked ? location.pathname + location.search : loginUrl(location, why)
    this.#newTab.href = loginUrl(location, why)
    // Another tab is signed in for itself there.
    const alone = blocked || isEmbedded()
    this.#newTab.hidden = alone
    // In this tab what waits for the key would be lost.
    const [first, second] =
      why === 'unproven' && !alone ? [this.#newTab, this.#here] : [this.#here, this.#newTab]
    first.className = 'main'
    second.className = 'plain'
    // Elements that are moved lose the focus, and a click that is under way.
    if (this.#dialog.text.nextElementSibling !== first) this.#dialog.text.after(first, second)
    showDialog(this.element)
  }

  hide(): void {
    this.element.close()
  }
}
