/** How often one address may begin TLS: over real sockets, of which only the address is made up. */
import { once } from 'node:events'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makePair, type Pair } from '../../test/rig/certificate.ts'
import { comeFrom } from '../../test/rig/come-from.ts'
import { shakeHands, shakeHandsOften } from '../../test/rig/shake-hands.ts'
import { parseNetwork } from '../kit/networks.ts'
import type { TurnPace } from '../limits/turns.ts'
import { makeServer } from './receive.ts'

let tls: Pair
beforeAll(async () => {
  tls = await makePair()
})

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Its clock stands still, so nothing comes back while a test runs, unless it is set. */
async function start(handshakesPerAddress: TurnPace, connections = 1000) {
  const clock = { time: 1_800_000_000_000 }
  const reasons: unknown[] = []
  const proxy = parseNetwork('198.51.100.0/24') ?? expect.fail('no network')
  const server = makeServer(
    {
      ...{ hosts: [], trustedProxies: [proxy], tls, handshakesPerAddress },
      ...{ connections, connectionsPerAddress: connections },
    },
    {
      handle: (request) => {
        if ('refusal' in request) reasons.push([request.client, request.refusal.because?.['reason']])
        return new Promise(() => undefined)
      },
      page: () => Buffer.from(''),
      now: () => clock.time,
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const from = async (address: string) => {
    const street = await comeFrom(server, address)
    closing.push(() => street.close())
    return street.port
  }
  return { server, from, reasons, clock, port: (server.address() as AddressInfo).port }
}

/** A connection that stays, silent, after its handshake. */
async function holdHands(port: number): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  socket.on('error', () => undefined).resume()
  await once(socket, 'secureConnect')
  return socket
}

const few = { burst: 3, intervalMs: 3_600_000 }

describe('new TLS connections', () => {
  it('of one address are cut beyond its pace, and those of another one are not', async () => {
    const { from, reasons } = await start(few)
    const [rude, honest] = [await from('203.0.113.7'), await from('203.0.113.8')]
    expect(await shakeHandsOften(rude, 20)).toBe(3)
    expect(await shakeHandsOften(honest, 3)).toBe(3)
    expect(reasons).toEqual(Array.from({ length: 17 }, () => ['203.0.113.7', 'handshakes']))
  })

  it('that are cut take nobody’s place', async () => {
    const { from, reasons } = await start(few, 6)
    const [rude, honest] = [await from('203.0.113.7'), await from('203.0.113.8')]
    const held = await Promise.all([rude, honest, rude, honest, rude, honest].map(holdHands))
    expect(await shakeHandsOften(rude, 20)).toBe(0)
    expect(reasons).toEqual(Array.from({ length: 20 }, () => ['203.0.113.7', 'handshakes']))
    expect(held.filter(({ closed }) => closed)).toEqual([])
    for (const socket of held) socket.destroy()
  })

  it('of one IPv6 network of a customer count together', async () => {
    const { from } = await start(few)
    const [one, other] = [await from('2001:db8::1'), await from('2001:db8::ffff:2')]
    const neighbour = await from('2001:db8:0:1::1')
    expect(await shakeHandsOften(one, 3)).toBe(3)
    expect(await shakeHandsOften(other, 3)).toBe(0)
    expect(await shakeHandsOften(neighbour, 3)).toBe(3)
  })

  it.each(['127.0.0.1', '::1', '198.51.100.7'])('of many people behind %s have no pace', async (address) => {
    const { from } = await start(few)
    expect(await shakeHandsOften(await from(address), 20)).toBe(20)
  })

  it('that come a little too often wait for their turn, and lose nothing of what they said meanwhile', async () => {
    const { from, reasons } = await start({ burst: 1, intervalMs: 200 })
    expect(await shakeHandsOften(await from('203.0.113.7'), 5)).toBe(5)
    expect(reasons).toEqual([])
  })

  it.each([6, 60, 86_400])('go on at their pace when the clock was set back by %i s', async (seconds) => {
    const { from, reasons, clock } = await start({ burst: 3, intervalMs: 20 })
    const port = await from('203.0.113.7')
    expect(await shakeHands(port)).toBe('shaken')
    clock.time -= seconds * 1000
    expect(await shakeHandsOften(port, 5)).toBe(5)
    expect(reasons).toEqual([])
  })

  it('of those who are gone before their turn begin nothing', async () => {
    const { server, from, reasons } = await start({ burst: 1, intervalMs: 500 })
    const port = await from('203.0.113.7')
    expect(await shakeHands(port)).toBe('shaken')
    const gone = connectTcp(port, '127.0.0.1')
    const [came] = (await once(server, 'connection')) as [{ once(name: 'close', call: () => void): void }]
    const ended = new Promise<void>((resolve) => came.once('close', resolve))
    gone.resetAndDestroy()
    await ended
    expect(await shakeHands(port)).toBe('shaken')
    expect(reasons).toEqual([])
  })

  it('that wait end with the server', async () => {
    const { server, from } = await start({ burst: 1, intervalMs: 4_000 })
    const port = await from('203.0.113.7')
    expect(await shakeHands(port)).toBe('shaken')
    const came = once(server, 'connection')
    const waiting = shakeHands(port)
    await came
    server.closeAllConnections()
    expect(await waiting).toBe('cut')
  })
})
