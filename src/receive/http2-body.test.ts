import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHttp2, startHttp2 } from '../../test/rig/http2-client.ts'
import { makeData, makeRequest, makeReset, RawHttp2, type Field } from '../../test/rig/raw-http2.ts'
import { Http2Body } from './http2-body.ts'

let server: Http2SecureServer
let port: number

beforeEach(async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }])
  server = createSecureServer({ cert, key })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ;({ port } = server.address() as AddressInfo)
})

afterEach(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

const arrival = () =>
  new Promise<ServerHttp2Stream>((resolve) =>
    server.once('stream', (stream) => resolve(stream.on('error', () => undefined))),
  )

const head: Field[] = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':authority', 'localhost'],
  [':path', '/'],
]

/** Sends half a body; answers both ends. */
async function sendHalf() {
  const arriving = arrival()
  const raw = await RawHttp2.open(port)
  raw.send(makeRequest(1, head, 'follows'), makeData(1, 'half', false))
  return { raw, stream: await arriving }
}

/** How a stream ends, and what it brings. */
function read(stream: NodeJS.ReadableStream) {
  const seen = { text: '', ended: false, closed: false }
  stream.on('data', (chunk: Buffer) => (seen.text += chunk.toString()))
  stream.on('end', () => (seen.ended = true))
  stream.on('close', () => (seen.closed = true))
  return seen
}

describe('the body of an HTTP/2 request', () => {
  it('ends when the client says that it is complete', async () => {
    const { raw, stream } = await sendHalf()
    const body = read(new Http2Body(stream, 8))
    raw.send(makeData(1, 'half'))
    await expect.poll(() => body.ended).toBe(true)
    expect(body.text).toBe('halfhalf')
    raw.destroy()
  })

  it.each([0, 2, 8])('never ends when its stream is reset with code %d', async (code) => {
    const { raw, stream } = await sendHalf()
    const [ofNode, body] = [read(stream), read(new Http2Body(stream, undefined))]
    await expect.poll(() => body.text).toBe('half')
    raw.send(makeReset(1, code))
    await expect.poll(() => body.closed && ofNode.closed).toBe(true)
    // Node's own stream takes a reset that it doesn't count as an error for the end.
    expect([ofNode.ended, body.ended]).toEqual([code !== 2, false])
    raw.destroy()
  })

  it('never ends short of its length, even when it was answered before', async () => {
    const { raw, stream } = await sendHalf()
    const body = read(new Http2Body(stream, 5))
    await expect.poll(() => body.text).toBe('half')
    stream.respond({ ':status': 200 }, { endStream: true })
    raw.send(makeReset(1, 0))
    await expect.poll(() => body.closed).toBe(true)
    expect(body.ended).toBe(false)
    raw.destroy()
  })

  it('waits at the client while nobody reads it', async () => {
    const arriving = arrival()
    const session = await openHttp2(`https://127.0.0.1:${String(port)}`)
    const from = startHttp2(session, { ':method': 'POST' }, 'follows')
    const body = new Http2Body(await arriving, undefined)
    body.once('data', () => body.pause())
    let taken = 0
    const pour = () => {
      do from.write(Buffer.alloc(16_384), () => (taken += 16_384))
      while (!from.writableNeedDrain)
    }
    from.on('drain', pour)
    pour()
    await expect.poll(() => rests(() => taken)).toBe(true)
    // A window of 64 KB, and the buffers of three streams.
    expect(taken).toBeLessThan(400_000)
    body.resume()
    await expect.poll(() => taken).toBeGreaterThan(1_000_000)
    session.destroy()
  })
})

/** Whether a number stayed the same for a while. */
async function rests(number: () => number): Promise<boolean> {
  const before = number()
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  return before > 0 && number() === before
}
