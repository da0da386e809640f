/** Tells the other tabs of this browser that the session began or ended, so that they look at once. */

const name = 'sekisho-session'

/** Only a hint: whoever hears it asks the gate. */
export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(name)
  channel.postMessage('changed')
  channel.close()
}

export function whenOtherTabsTell(listener: () => void): void {
  new BroadcastChannel(name).addEventListener('message', listener)
}
