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

/** Whichever of these pages has the bar. */
export function markLost(lost: boolean): void {
  for (const { document } of views()) document.documentElement.toggleAttribute(mark, lost)
}

/** Calls now and at every change. */
export function whenLost(listener: (lost: boolean) => void): void {
  const root = document.documentElement
  const tell = () => listener(root.hasAttribute(mark))
  new MutationObserver(tell).observe(root, { attributeFilter: [mark] })
  tell()
}
