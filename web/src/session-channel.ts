/** Tells the other tabs of this browser that the session began or ended, so that they look at once. */

const name = 'sekisho-session'

/** Only a hint: whoever hears it asks the gate. */
export function tellOtherTabs(): void {
  try {
    const channel = new BroadcastChannel(name)
    channel.postMessage('changed')
    channel.close()
  } catch {
    // Firefox gives a frame without storage none: there is no other tab to tell.
  }
}

export function whenOtherTabsTell(listener: () => void): void {
  try {
    new BroadcastChannel(name).addEventListener('message', listener)
  } catch {
    // As above.
  }
}
