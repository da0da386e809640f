/** Passes on what differs from what was there before; compared as JSON, so the order of keys counts. */
export function whenOther<T>(before: T, call: (now: T) => void): (now: T) => void {
  let last = JSON.stringify(before)
  return (now) => {
    const text = JSON.stringify(now)
    if (text === last) return
    last = text
    call(now)
  }
}
