/** From which networks each session is used: two by turns are two people, or one whose session was copied. */
import { addressPrefix } from '../audit/address-prefix.ts'
import type { SessionId } from '../store/rows.ts'
import { ipVersionOf, SessionMemory, type IpVersion } from './session-memory.ts'

/** Back in a network that was left so shortly before: whoever moved to another one doesn't come back at once, and again. */
const turnMs = 5 * 60_000

interface Place {
  readonly address: string
  readonly network: string
  /** The last request from there. */
  at: number
}

type Places = Map<IpVersion, { now: Place; former?: Place }>

export class Networks {
  readonly #memory = new SessionMemory((): Places => new Map())

  /** The network that `address` takes turns with, if that is news. */
  note(session: SessionId, address: string, at: number): string | undefined {
    const other = turnOf(this.#memory.use(session), address, at)
    return other !== undefined && this.#memory.isNews(session, at) ? other : undefined
  }

  forget(session: SessionId): void {
    this.#memory.forget(session)
  }
}

function turnOf(places: Places, address: string, at: number): string | undefined {
  const version = ipVersionOf(address)
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
