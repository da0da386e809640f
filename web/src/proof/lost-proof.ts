/** How the script that signs tells the bar that requests are refused for want of proof: by a mark on the page's root. */
import { views } from '../ask-page.ts'

const mark = 'data-sekisho-unproven'

const signing = 'data-sekisho-signing'

/** Said by the script itself: where it was blocked nobody says so. */
export function markSigning(): void {
  document.documentElement.toggleAttribute(signing, true)
}

export function isSigning(): boolean {
  return document.documentElement.hasAttribute(signing)
}

/** At every change: each page, whichever has the bar, counts itself and those in its frames. */
export function markLost(lost: boolean): void {
  for (const view of views()) {
    const { documentElement: root } = view.document
    const count = Number(root.getAttribute(mark)) + (lost ? 1 : -1)
    if (count > 0) root.setAttribute(mark, String(count))
    else root.removeAttribute(mark)
  }
}

/** Calls now and at every change. */
export function whenLost(listener: (lost: boolean) => void): void {
  const root = document.documentElement
  let told: boolean | undefined
  const tell = () => {
    const lost = root.hasAttribute(mark)
    if (lost !== told) listener((told = lost))
  }
  new MutationObserver(tell).observe(root, { attributeFilter: [mark] })
  tell()
}
