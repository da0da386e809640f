/** What the script that sends requests asks the one that shows something: each is a file of its own. */

export interface Asked<End> {
  readonly settle: (end: End) => void
}

/** Whether whoever signed in again is the one whom calls wait for. */
export const sameEvent = 'sekisho-same'

/** Whoever takes it says so by `preventDefault`. */
export function askPage<End>(event: string, asked: object, otherwise: End): Promise<End> {
  return new Promise((settle) => {
    const detail = { ...asked, settle } satisfies Asked<End>
    if (dispatchEvent(new CustomEvent(event, { detail, cancelable: true }))) settle(otherwise)
  })
}
