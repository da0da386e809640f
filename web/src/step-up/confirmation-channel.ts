/** What the gate's confirmation window tells the page that waits: browsers let the two say nothing else to each other. */
import type { StepUp } from 'sekisho/proof'

const name = 'sekisho-confirmation'

/**
 * `code`: for the one call that the ticket is about; worth nothing for another one, or in another session. A `call` without one wasn't
 * confirmed: its ticket is over, and whatever waits with it has to ask for another.
 */
export interface Confirmation {
  readonly ticket: string
  readonly what: StepUp
  readonly code?: string
}

export function isOver({ what, code }: Confirmation): boolean {
  return what === 'call' && code === undefined
}

export function tellConfirmation(confirmation: Confirmation): void {
  const channel = new BroadcastChannel(name)
  channel.postMessage(confirmation)
  channel.close()
}

export function whenConfirmed(listener: (confirmation: Confirmation) => void): void {
  new BroadcastChannel(name).addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isConfirmation(data)) listener(data)
  })
}

function isConfirmation(data: unknown): data is Confirmation {
  if (typeof data !== 'object' || data === null || !('ticket' in data) || !('what' in data)) return false
  const code = 'code' in data ? data.code : undefined
  return typeof data.ticket === 'string' && (code === undefined || typeof code === 'string')
}
