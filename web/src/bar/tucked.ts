/** Whether the bar is tucked away at the edge, for as long as this tab lives. */

const key = 'sekisho.bar'

// Storage can be forbidden to a page; then the bar just doesn't remember.
export function isTucked(): boolean {
  try {
    return sessionStorage.getItem(key) === 'tucked'
  } catch {
    return false
  }
}

export function rememberTucked(tucked: boolean): void {
  try {
    if (tucked) sessionStorage.setItem(key, 'tucked')
    else sessionStorage.removeItem(key)
  } catch {
    return
  }
}
