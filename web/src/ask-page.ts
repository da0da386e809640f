/** What the script that sends requests asks the one that shows something: each is a file of its own. */

export interface Asked<End> {
  readonly settle: (end: End) => void
}

/** Whether whoever signed in again is the one whom calls wait for. */
export const sameEvent = 'sekisho-same'

/** This window, and those above it of this origin: a component may show another page of the app in a frame. */
export function views(): readonly Window[] {
  const found: Window[] = [window]
  try {
    for (let view: Window = window; view.parent !== view; found.push(view)) {
      view = view.parent
      // Throws where that is another origin's.
      void view.document.body
    }
  } catch {
    // Above is another origin.
  }
  return found
}

/** `otherwise`: where nobody takes it. */
export function askPage<End>(event: string, asked: object, otherwise: End): Promise<End> {
  return new Promise((settle) => {
    const init = { detail: { ...asked, settle } satisfies Asked<End>, cancelable: true }
    // A page in a frame has no bar where one above it has.
    if (views().every((view) => view.dispatchEvent(new CustomEvent(event, init)))) settle(otherwise)
  })
}

/** `take` settles it, sooner or later. */
export function whenAsked<Question>(event: string, take: (asked: Question) => void): void {
  addEventListener(event, (asked) => {
    asked.preventDefault()
    take((asked as CustomEvent<Question>).detail)
  })
}
