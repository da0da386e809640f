/** Tests of answers whose client takes its time: what the app sent whole arrives whole. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Pool } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { Relay } from './relay.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** An answer of the app, of which the head has come, on its way to a client that takes nothing for now. */
async function begin(length: number) {
  const answering = new Promise<{ response: ServerResponse; socket: Socket }>((resolve) => {
    const server = createServer(({ socket }, response) => {
      response.writeHead(200, { 'content-length': String(length) }).flushHeaders()
      resolve({ response, socket })
    })
    server.listen(0, '127.0.0.1', () => {
      const client = new Pool(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
      client.dispatch({ method: 'GET', path: '/' }, relay)
      closers.push(async () => {
        await client.destroy()
        await new Promise<void>((done) => server.close(() => done()))
      })
    })
  })
  const relay = new Relay()
  await relay.head
  const seen = { bytes: 0, end: '' }
  const write = (chunk: Uint8Array) => {
    seen.bytes += chunk.byteLength
    return false
  }
  const { drained } = relay.start({ write, end: () => (seen.end = 'end'), cut: () => (seen.end = 'cut') })
  return { ...(await answering), seen, drained }
}

describe('an answer whose client takes its time', () => {
  it('is whole when the app has sent all of it and closes its connection', async () => {
    const { response, socket, seen } = await begin(10)
    response.end('0123456789')
    await expect.poll(() => seen.bytes).toBe(10)
    socket.end()
    await expect.poll(() => seen.end).toBe('end')
  })

  it('is broken when the app closes its connection before that', async () => {
    const { response, socket, seen, drained } = await begin(10)
    response.write('01234')
    await expect.poll(() => seen.bytes).toBe(5)
    socket.end()
    drained()
    await expect.poll(() => seen.end).toBe('cut')
  })

  it('waits at the app until the client takes more', async () => {
    const { response, seen, drained } = await begin(10_000_000)
    response.end(Buffer.alloc(10_000_000))
    await expect.poll(() => seen.bytes).toBeGreaterThan(0)
    expect(seen.bytes).toBeLessThan(1_000_000)
    while (seen.end === '') {
      drained()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(seen).toEqual({ bytes: 10_000_000, end: 'end' })
  })
})
