/** Whether this page is in a frame of another site: what opens in a window has another session there, or none. */

export function isEmbedded(view: Pick<Window, 'top' | 'location'> = window): boolean {
  try {
    return view.top?.location.origin !== view.location.origin
  } catch {
    // Another origin's.
    return true
  }
}
