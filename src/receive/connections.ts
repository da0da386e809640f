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
export function limitConnections(
  server: Server,
  limits: ConnectionLimits,
  onDropped: (address: string | undefined) => void,
): void {
  const held = new Map<string, number>()
  const most = Math.max(1, Math.floor(limits.connections / 2))
  server.maxConnections = limits.connections
  server.on('drop', (dropped?: { readonly remoteAddress?: string }) => onDropped(dropped?.remoteAddress))
  server.on('connection', (socket: Socket) => {
    const address = parseAddress(socket.remoteAddress ?? '')
    // Behind loopback are port forwards and local proxies, many people at one address.
    if (address === undefined || isLoopback(address) || isInside(address, limits.trustedProxies)) return
    const key = addressKey(address)
    const count = (held.get(key) ?? 0) + 1
    if (count > most) {
      socket.destroy()
      onDropped(address)
      return
    }
    held.set(key, count)
    socket.once('close', () => {
      const left = (held.get(key) ?? 1) - 1
      if (left === 0) held.delete(key)
      else held.set(key, left)
    })
  })
}
