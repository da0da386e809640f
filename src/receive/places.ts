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
 * they or their address have more than a fair share, for an address that has less.
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
  #owner: string | undefined
  #isLeft = false

  constructor(key: string | undefined, giveUp: () => void, onMove: (seat: Seat) => void) {
    this.key = key
    this.#giveUp = giveUp
    this.#onMove = onMove
  }

  get rank(): Rank | undefined {
    if (this.#isLeft) return undefined
    if (this.#owner === undefined) return 'stranger'
    return this.#underWay > 0 ? 'kept' : 'resting'
  }

  /** Who is signed in, and asked here last. */
  get owner(): string | undefined {
    return this.#owner
  }

  /** A request is under way, until it is told `end`. */
  begin(): void {
    this.#underWay++
    this.#onMove(this)
  }

  end(): void {
    this.#underWay--
    if (this.#isOfMany && this.#underWay === 0) this.#owner = undefined
    this.#onMove(this)
  }

  /** `owner`, who is signed in, asks here. On what many people share that says nothing of whoever asks next. */
  vouch(owner: string): void {
    if (this.#owner === owner || (this.#isOfMany && this.#underWay === 0)) return
    this.#owner = owner
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

  get #isOfMany(): boolean {
    return this.key === undefined
  }
}

interface Standing {
  readonly rank: Rank
  readonly owner: string | undefined
}

export class Places {
  readonly #limits: PlaceLimits
  readonly #byRank: Readonly<Record<Rank, Set<Seat>>> = {
    stranger: new Set(),
    resting: new Set(),
    kept: new Set(),
  }
  readonly #standings = new Map<Seat, Standing>()
  readonly #ofAddress = new Tally()
  readonly #ofOwner = new Tally()

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#standings.size
  }

  keyOf(peer: string | undefined): string | undefined {
    return keyOfPeer(peer, this.#limits.trustedProxies)
  }

  /** `key`: see `keyOf`. `giveUp` is called when somebody else gets the place. Otherwise answers why there is none. */
  take(key: string | undefined, giveUp: () => void): Seat | 'address' | 'all' {
    if (this.#ofAddress.count(key) >= this.#limits.connectionsPerAddress) return 'address'
    if (this.taken >= this.#limits.connections) {
      const other = this.#findOther(key)
      if (other === undefined) return 'all'
      other.giveUp()
    }
    const seat = new Seat(key, giveUp, (moved) => this.#settle(moved))
    this.#ofAddress.add(key)
    this.#settle(seat)
    return seat
  }

  /**
   * Of those that would be missed least, one of whoever holds most, and of these the one where nothing began or ended for longest:
   * the slow. Whoever has more than a fair share takes from its own and from those with still more, so a crowd from few
   * addresses displaces itself.
   */
  #findOther(key: string | undefined): Seat | undefined {
    const own = this.#ofAddress.count(key)
    for (const rank of ['stranger', 'resting'] as const) {
      let found: Seat | undefined
      let left = compared
      for (const seat of this.#byRank[rank]) {
        const mayTake =
          own < fairShare || this.#shareOf(seat) > own || (key !== undefined && seat.key === key)
        if (mayTake && (found === undefined || this.#shareOf(seat) > this.#shareOf(found))) found = seat
        if (--left === 0) break
      }
      if (found !== undefined) return found
    }
    return own < fairShare ? this.#findExcess() : undefined
  }

  /** Nobody is left but who is signed in and waits, and one of them could have all of that, with requests that never end. */
  #findExcess(): Seat | undefined {
    let found: Seat | undefined
    for (const seat of this.#byRank.kept) {
      const share = this.#shareOf(seat)
      if (share > fairShare && (found === undefined || share > this.#shareOf(found))) found = seat
    }
    return found
  }

  /** Of its address or, from wherever they ask, of who is signed in. */
  #shareOf({ key, owner }: Seat): number {
    return Math.max(this.#ofAddress.count(key), this.#ofOwner.count(owner))
  }

  #settle(seat: Seat): void {
    const before = this.#standings.get(seat)
    if (before !== undefined) {
      this.#byRank[before.rank].delete(seat)
      this.#ofOwner.remove(before.owner)
    }
    const { rank, owner } = seat
    if (rank !== undefined) {
      // At the end: whoever has just come, asked or been answered is the last that is given up.
      this.#byRank[rank].add(seat)
      this.#ofOwner.add(owner)
      this.#standings.set(seat, { rank, owner })
      return
    }
    if (this.#standings.delete(seat)) this.#ofAddress.remove(seat.key)
  }
}

/** How many places each holds; of nobody in particular: none. */
class Tally {
  readonly #held = new Map<string, number>()

  count(name: string | undefined): number {
    return name === undefined ? 0 : (this.#held.get(name) ?? 0)
  }

  add(name: string | undefined): void {
    if (name !== undefined) this.#held.set(name, this.count(name) + 1)
  }

  remove(name: string | undefined): void {
    if (name === undefined) return
    const left = this.count(name) - 1
    if (left > 0) this.#held.set(name, left)
    else this.#held.delete(name)
  }
}

/** What counts as one address. Behind loopback are port forwards and local proxies, many people at one address: undefined. */
export function keyOfPeer(peer: string | undefined, trustedProxies: readonly Network[]): string | undefined {
  const address = parseAddress(peer ?? '')
  if (address === undefined || isLoopback(address) || isInside(address, trustedProxies)) return undefined
  return addressKey(address)
}
