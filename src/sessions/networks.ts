/** From which networks each session is used: two by turns are two people, or one whose session was copied. */
import { addressPrefix } from '../audit/address-prefix.ts'
import type { SessionId } from '../store/rows.ts'

/** Back in a network that was left so shortly before: whoever moved to another one doesn't come back at once, and again. */
const turnMs = 5 * 60_000
/** The same session is told of so often at most. */
const tellMs = 60 * 60_000
/** Beyond so many sessions, the one that was idle for longest is forgotten. */
const mostSessions = 10_000

interface Place {
  readonly address: string
  readonly network: string
  /** The last request from there. */
  at: number
}

interface Seen {
  /** By IP version: a browser may use both at once, of one machine. */
  readonly places: Map<4 | 6, { now: Place; former?: Place }>
  toldAt: number
}

export class Networks {
  readonly #seen = new Map<SessionId, Seen>()

  /** The network that `address` takes turns with, if that is news. */
  note(session: SessionId, address: string, at: number): string | undefined {
    const seen = this.#seen.get(session) ?? { places: new Map(), toldAt: -Infinity }
    // Behind all others, so that the first is the one that was idle for longest.
    this.#seen.delete(session)
    this.#seen.set(session, seen)
    this.#forgetOldest()
    const other = turnOf(seen, address, at)
    if (other === undefined || at - seen.toldAt < tellMs) return undefined
    seen.toldAt = at
    return other
  }

  forget(session: SessionId): void {
    this.#seen.delete(session)
  }

  #forgetOldest(): void {
    if (this.#seen.size <= mostSessions) return
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest)
      return
    }
  }
}

function turnOf({ places }: Seen, address: string, at: number): string | undefined {
  const version = address.includes(':') ? 6 : 4
  const place = places.get(version)
  if (place?.now.address === address) {
    place.now.at = at
    return undefined
  }
  const network = addressPrefix(address)
  if (place?.now.network === network) {
    place.now = { address, network, at }
    return undefined
  }
  const now = { address, network, at }
  places.set(version, place === undefined ? { now } : { now, former: place.now })
  const isBack = place?.former?.network === network && at - place.former.at <= turnMs
  return isBack ? place.now.network : undefined
}
