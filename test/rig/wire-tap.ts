/** An observer on the wire: passes every byte on in both directions and keeps a copy. */
import { startRecordingRelay } from './recording-relay.ts'

export interface WireTap {
  readonly url: string
  /** What clients sent, one connection after the other, and what the server answered, byte by byte as Latin-1. */
  readonly sent: string
  readonly answered: string
  stop(): Promise<void>
}

export async function startWireTap(target: string): Promise<WireTap> {
  const relay = await startRecordingRelay(Number(new URL(target).port))
  return {
    url: relay.url,
    get sent() {
      return Buffer.concat(relay.sent()).toString('latin1')
    },
    get answered() {
      return relay.answered().toString('latin1')
    },
    stop: () => relay.close(),
  }
}
