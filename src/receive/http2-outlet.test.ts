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

const piece = 16 * 1024
const initialWindowSize = 4
/** By INTERNAL_ERROR. */
const cut = { status: '200', reset: 2 }
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
async function begin(id: number, progress = { taken: 0 }) {
  const arriving = new Promise<ServerHttp2Stream>((resolve) =>
    server.once('stream', (stream) => resolve(stream.on('error', () => undefined))),
  )
  raw.send(makeRequest(id, head))
  const stream = await arriving
  const outlet = new Http2Outlet(stream, false, progress)
  outlet.begin(200, {}, false)
  const arrived = () => raw.of(id, frameType.data).reduce((sum, { payload }) => sum + payload.byteLength, 0)
  return { stream, outlet, arrived, progress }
}

function review(
  outlet: Http2Outlet,
  times: number,
  streams: number,
  each: () => void = () => undefined,
): void {
  for (let time = 0; time < times; time++) {
    each()
    outlet.review(streams)
  }
}

describe('a large answer over HTTP/2', () => {
  it('is handed over piece by piece, as the client takes it', async () => {
    const { stream, outlet, arrived } = await begin(1)
    const pieces = 8
    outlet.end(Buffer.alloc(pieces * piece))
    for (let taken = 1; taken <= pieces; taken++) {
      expect(stream.writableLength).toBeLessThanOrEqual(piece)
      grant(1, piece)
      await expect.poll(arrived).toBe(taken * piece)
      // Slow, but never a whole minute without a piece.
      review(outlet, patience - 2, 1)
    }
    expect(await raw.outcome(1)).toEqual({ status: '200' })
  })
})

describe('an answer of which nothing is taken', () => {
  it('is cut after a minute', async () => {
    const { outlet } = await begin(1)
    outlet.write(Buffer.alloc(100))
    review(outlet, patience, 1)
    expect(outlet.isOpen).toBe(true)
    review(outlet, 1, 1)
    expect(await raw.outcome(1)).toEqual(cut)
  })

  it('may wait while the client takes others, for as long as they may have had their turn', async () => {
    const { outlet, progress } = await begin(1)
    outlet.write(Buffer.alloc(100))
    const [streams, taken] = [10, 20_000]
    const turns = Math.ceil((4 * piece * streams) / taken)
    review(outlet, turns - 1, streams, () => (progress.taken += taken))
    expect(outlet.isOpen).toBe(true)
    review(outlet, 1, streams, () => (progress.taken += taken))
    expect(await raw.outcome(1)).toEqual(cut)
  })

  it('is cut when hardly anything of the others is taken either', async () => {
    const { outlet, progress } = await begin(1)
    outlet.write(Buffer.alloc(100))
    review(outlet, patience, 10, () => (progress.taken += 500))
    expect(outlet.isOpen).toBe(true)
    review(outlet, 1, 10, () => (progress.taken += 500))
    expect(await raw.outcome(1)).toEqual(cut)
  })

  it('counts against those alone of which something is there', async () => {
    const { outlet, progress } = await begin(1)
    review(outlet, 10 * patience, 1, () => (progress.taken += piece))
    expect(outlet.isOpen).toBe(true)
  })
})

describe('a client that is gone', () => {
  it('is noticed by whoever asks afterwards', async () => {
    const { stream, outlet } = await begin(1)
    let calls = 0
    outlet.onGone(() => calls++)
    raw.send(makeReset(1, 8))
    await expect.poll(() => stream.closed && calls).toBe(1)
    outlet.onGone(() => calls++)
    expect(calls).toBe(2)
  })
})
