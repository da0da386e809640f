/** How the script that signs tells the bar that requests are refused for want of proof: by a mark on the page's root. */

const mark = 'data-sekisho-unproven'

const signing = 'data-sekisho-signing'

/** Said by the script itself: where it was blocked nobody says so. */
export function markSigning(): void {
  document.documentElement.toggleAttribute(signing, true)
}

export function isSigning(): boolean {
  return document.documentElement.hasAttribute(signing)
}

/** The page that has the bar: a component may show another page of this origin in a frame. */
function outermost(): Document {
  let view: Window = window
  try {
    while (view.parent !== view && view.parent.document.documentElement !== null) view = view.parent
  } catch {
    // Above is another origin.
  }
  return view.document
}

export function markLost(lost: boolean): void {
  outermost().documentElement.toggleAttribute(mark, lost)
}

/** Calls now and at every change. */
export function whenLost(listener: (lost: boolean) => void): void {
  const root = document.documentElement
  const tell = () => listener(root.hasAttribute(mark))
  new MutationObserver(tell).observe(root, { attributeFilter: [mark] })
  tell()
}
