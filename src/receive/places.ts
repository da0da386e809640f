/** Places that are limited: how many one address may take, and whose is given up for somebody new when all are taken. */
import { addressKey } from '../kit/address-key.ts'
import { isInside, isLoopback, parseAddress, type Network } from '../kit/networks.ts'

export interface PlaceLimits {
  readonly connections: number
  /** Of one address; with IPv6 of one /64. */
  readonly connectionsPerAddress: number
  /** They hold the connections of many. */
  readonly trustedProxies: readonly Network[]
}

/**
 * In which order places are given up: `stranger`, whether something is asked there or not, since either can be held; `resting`
 * asks for nothing, but somebody who is signed in did before; `kept`, on which somebody signed in waits for an answer, only where
 * an address has more than a fair share, for one that has less.
 */
type Rank = 'stranger' | 'resting' | 'kept'

/** What one browser opens to a host over HTTP/1.1, and some: so many are anybody's fair share. */
const fairShare = 8
/** Seats of a rank that are compared, those where longest nothing happened; with all of them each newcomer of a flood would cost more. */
const compared = 64

/** One connection, or one request over HTTP/2. */
export class Seat {
  /** What counts as one address; undefined: many people's. */
  readonly key: string | undefined
  readonly #giveUp: () => void
  readonly #onMove: (seat: Seat) => void
  #underWay = 0
  #isKnown = false
  #isLeft = false

  constructor(key: string | undefined, giveUp: () => void, onMove: (seat: Seat) => void) {
    this.key = key
    this.#giveUp = giveUp
    this.#onMove = onMove
  }

  get rank(): Rank | undefined {
    if (this.#isLeft) return undefined
    if (!this.#isKnown) return 'stranger'
    return this.#underWay > 0 ? 'kept' : 'resting'
  }

  /** Somebody who is signed in has asked here. */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /** A request is under way, until it is told `end`. */
  begin(): void {
    this.#underWay++
    this.#onMove(this)
  }

  end(): void {
    this.#underWay--
    this.#onMove(this)
  }

  /** Somebody who is signed in asks here. */
  vouch(): void {
    if (this.#isKnown) return
    this.#isKnown = true
    this.#onMove(this)
  }

  /** Gives the place back; a second time does nothing. */
  leave(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    this.#onMove(this)
  }

  /** Somebody else needs the place. */
  giveUp(): void {
    this.leave()
    this.#giveUp()
  }
}

export class Places {
  readonly #limits: PlaceLimits
  readonly #byRank: Readonly<Record<Rank, Set<Seat>>> = {
    stranger: new Set(),
    resting: new Set(),
    kept: new Set(),
  }
  readonly #rankOf = new Map<Seat, Rank>()
  readonly #held = new Map<string, number>()

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#rankOf.size
  }

  /** `giveUp` is called when somebody else gets the place. Otherwise answers why there is none for this peer. */
  take(peer: string | undefined, giveUp: () => void): Seat | 'address' | 'all' {
    const key = keyOfPeer(peer, this.#limits.trustedProxies)
    if (this.#holds(key) >= this.#limits.connectionsPerAddress) return 'address'
    if (this.taken >= this.#limits.connections) {
      const other = this.#findOther(key)
      if (other === undefined) return 'all'
      other.giveUp()
    }
    const seat = new Seat(key, giveUp, (moved) => this.#settle(moved))
    if (key !== undefined) this.#held.set(key, this.#holds(key) + 1)
    this.#settle(seat)
    return seat
  }

  /**
   * Of those that would be missed least, one of the address that holds most, and of these the one where nothing began or ended for
   * longest: the slow. Whoever has more than a fair share takes from its own and from those with still more, so a crowd from few
   * addresses displaces itself.
   */
  #findOther(key: string | undefined): Seat | undefined {
    const own = this.#holds(key)
    for (const rank of ['stranger', 'resting'] as const) {
      let found: Seat | undefined
      let left = compared
      for (const seat of this.#byRank[rank]) {
        const mayTake =
          own < fairShare || this.#holds(seat.key) > own || (key !== undefined && seat.key === key)
        if (mayTake && (found === undefined || this.#holds(seat.key) > this.#holds(found.key))) found = seat
        if (--left === 0) break
      }
      if (found !== undefined) return found
    }
    return own < fairShare ? this.#findExcess() : undefined
  }

  /** Nobody is left but who is signed in and waits, and one address could have all of that, with requests that never end. */
  #findExcess(): Seat | undefined {
    let found: Seat | undefined
    for (const seat of this.#byRank.kept) {
      const held = this.#holds(seat.key)
      if (held > fairShare && held > this.#holds(found?.key)) found = seat
    }
    return found
  }

  #settle(seat: Seat): void {
    const [before, now] = [this.#rankOf.get(seat), seat.rank]
    if (before !== undefined) this.#byRank[before].delete(seat)
    if (now !== undefined) {
      // At the end: whoever has just come, asked or been answered is the last that is given up.
      this.#byRank[now].add(seat)
      this.#rankOf.set(seat, now)
      return
    }
    if (!this.#rankOf.delete(seat) || seat.key === undefined) return
    const left = this.#holds(seat.key) - 1
    if (left === 0) this.#held.delete(seat.key)
    else this.#held.set(seat.key, left)
  }

  #holds(key: string | undefined): number {
    return key === undefined ? 0 : (this.#held.get(key) ?? 0)
  }
}

/** What counts as one address. Behind loopback are port forwards and local proxies, many people at one address: undefined. */
export function keyOfPeer(peer: string | undefined, trustedProxies: readonly Network[]): string | undefined {
  const address = parseAddress(peer ?? '')
  if (address === undefined || isLoopback(address) || isInside(address, trustedProxies)) return undefined
  return addressKey(address)
}
