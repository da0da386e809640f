/** What somebody does in the app: a call after it may be what they want, and not one that the app makes by itself. */

/** By hand, by keyboard or by a screen reader, which may do no more than click; a file that is dropped, or chosen in a window. */
const kinds = ['pointerdown', 'click', 'keydown', 'drop', 'change']
/** Any script can send it, and worse: this is for apps that call by themselves, and no guard against one that wants to be asked about. */
const deedEvent = 'sekisho-deed'

/** What scripts make up is nobody's deed. A click of theirs makes a change that the browser vouches for; only files are never theirs. */
function isDeed({ isTrusted, type, target }: Event): boolean {
  return isTrusted && (type !== 'change' || (target as HTMLInputElement).type === 'file')
}

function whenDone(tell: (event: Event) => void): void {
  for (const kind of kinds) addEventListener(kind, (event) => void (isDeed(event) && tell(event)), true)
}

/** `tell`: of what was done anywhere but in the bar, where to cancel is a deed, too. */
export function watchDeeds(bar: EventTarget, tell: () => void): void {
  whenDone((event) => {
    if (!event.composedPath().includes(bar)) tell()
  })
  addEventListener(deedEvent, tell)
}

/** Of a page in a frame, whose events stay there: the page above has the bar. */
export function passDeedsOn(above: EventTarget): void {
  whenDone(() => above.dispatchEvent(new Event(deedEvent)))
}
