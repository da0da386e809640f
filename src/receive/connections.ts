/** How many connections there may be, and how many of them one address may hold. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressKey } from '../kit/address-key.ts'
import { isInside, isLoopback, parseAddress, type Network } from '../kit/networks.ts'

export interface ConnectionLimits {
  readonly connections: number
  /** They hold the connections of many. */
  readonly trustedProxies: readonly Network[]
}

/** One address (IPv6: one /64) holds at most half of all, so that it can't take them from everybody else. */
export class Shares {
  readonly #held = new Map<string, number>()
  readonly #limits: ConnectionLimits
  #all = 0

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  get all(): number {
    return this.#all
  }

  /** Answers how to give it back, once; undefined: the address holds its share already. */
  take(peer: string | undefined): (() => void) | undefined {
    const key = this.#keyOf(peer)
    const count = key === undefined ? 0 : (this.#held.get(key) ?? 0)
    if (count >= Math.max(1, Math.floor(this.#limits.connections / 2))) return undefined
    if (key !== undefined) this.#held.set(key, count + 1)
    this.#all++
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#all--
      if (key !== undefined) this.#giveBack(key)
    }
  }

  /** Behind loopback are port forwards and local proxies, many people at one address. */
  #keyOf(peer: string | undefined): string | undefined {
    const address = parseAddress(peer ?? '')
    if (address === undefined || isLoopback(address) || isInside(address, this.#limits.trustedProxies))
      return undefined
    return addressKey(address)
  }

  #giveBack(key: string): void {
    const left = (this.#held.get(key) ?? 1) - 1
    if (left === 0) this.#held.delete(key)
    else this.#held.set(key, left)
  }
}

export function limitConnections(
  server: Server,
  limits: ConnectionLimits,
  onDropped: (address: string | undefined) => void,
): void {
  const shares = new Shares(limits)
  server.maxConnections = limits.connections
  server.on('drop', (dropped?: { readonly remoteAddress?: string }) => onDropped(dropped?.remoteAddress))
  server.on('connection', (socket: Socket) => {
    const giveBack = shares.take(socket.remoteAddress)
    if (giveBack === undefined) {
      const address = parseAddress(socket.remoteAddress ?? '')
      socket.destroy()
      onDropped(address)
      return
    }
    socket.once('close', giveBack)
  })
}
