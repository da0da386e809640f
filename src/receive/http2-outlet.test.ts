import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  frameType,
  makeFrame,
  makeRequest,
  makeReset,
  RawHttp2,
  type Field,
} from '../../test/rig/raw-http2.ts'
import { Http2Outlet } from './http2-outlet.ts'

const initialWindowSize = 4
const internalError = 2
/** So many reviews in a row make one minute. */
const patience = 30

const head: Field[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'localhost'],
  [':path', '/'],
]

let server: Http2SecureServer
let raw: RawHttp2

beforeEach(async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }])
  server = createSecureServer({ cert, key })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  raw = await RawHttp2.open(port, { settings: { [initialWindowSize]: 0 } })
  grant(0, 0x7000_0000)
})
afterEach(async () => {
  raw.destroy()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

/** Opens the window of a stream, or with 0 of the connection. */
function grant(stream: number, bytes: number): void {
  const increment = Buffer.alloc(4)
  increment.writeUInt32BE(bytes, 0)
  raw.send(makeFrame(frameType.windowUpdate, 0, stream, increment))
}

/** An answer that has begun, and how much of it arrived. */
async function begin(sharers = 1) {
  const arriving = new Promise<ServerHttp2Stream>((resolve) =>
    server.once('stream', (stream) => resolve(stream.on('error', () => undefined))),
  )
  raw.send(makeRequest(1, head))
  const stream = await arriving
  const outlet = new Http2Outlet(stream, false, () => sharers)
  outlet.begin(200, {})
  const arrived = () => raw.of(1, frameType.data).reduce((sum, { payload }) => sum + payload.byteLength, 0)
  return { stream, outlet, arrived }
}

function review(outlet: Http2Outlet, times: number, waits = false): void {
  for (let time = 0; time < times; time++) outlet.review(waits)
}

describe('a large answer over HTTP/2', () => {
  it.each([
    [1, 64 * 1024],
    [8, 16 * 1024],
    [100, 1_311],
  ])(
    'of %d on one connection is handed over by %d bytes, as the client takes them',
    async (sharers, piece) => {
      const { stream, outlet, arrived } = await begin(sharers)
      const pieces = 8
      outlet.end(Buffer.alloc(pieces * piece))
      for (let taken = 1; taken <= pieces; taken++) {
        expect(stream.writableLength).toBeLessThanOrEqual(piece)
        grant(1, piece)
        await expect.poll(arrived).toBe(taken * piece)
        // Slow, but never a whole minute without a piece.
        review(outlet, patience - 2)
      }
      expect(await raw.outcome(1)).toEqual({ status: '200' })
    },
  )

  it('asks for more once everything was taken, and ends after the last piece', async () => {
    const { outlet, arrived } = await begin()
    let asked = 0
    outlet.onDrain(() => asked++)
    expect(outlet.write(Buffer.alloc(100))).toBe(true)
    expect(outlet.write(Buffer.alloc(150_000))).toBe(false)
    grant(1, 100_000)
    await expect.poll(arrived).toBe(100_000)
    expect(asked).toBe(0)
    grant(1, 100_000)
    await expect.poll(() => asked).toBe(1)
    outlet.end(Buffer.alloc(900))
    expect(await raw.outcome(1)).toEqual({ status: '200' })
    expect(arrived()).toBe(151_000)
  })
})

describe('an answer of which nothing is taken', () => {
  it('is cut after a minute', async () => {
    const { outlet } = await begin()
    outlet.write(Buffer.alloc(100))
    review(outlet, patience)
    expect(outlet.isOpen).toBe(true)
    review(outlet, 1)
    expect(await raw.outcome(1)).toEqual({ status: '200', reset: internalError })
  })

  it('may wait behind others', async () => {
    const { outlet } = await begin()
    outlet.write(Buffer.alloc(100))
    review(outlet, patience)
    review(outlet, 10 * patience, true)
    expect(outlet.isOpen).toBe(true)
    review(outlet, 1)
    expect(await raw.outcome(1)).toMatchObject({ reset: internalError })
  })

  it('goes on when there is nothing to take', async () => {
    const { outlet } = await begin()
    review(outlet, 10 * patience)
    expect(outlet.isOpen).toBe(true)
  })
})

describe('a client that is gone', () => {
  it('is noticed by whoever asks afterwards', async () => {
    const { stream, outlet } = await begin()
    let calls = 0
    outlet.onGone(() => calls++)
    raw.send(makeReset(1, 8))
    await expect.poll(() => stream.closed && calls).toBe(1)
    outlet.onGone(() => calls++)
    expect(calls).toBe(2)
  })
})
