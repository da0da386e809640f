import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Http1Outlet } from './http1-outlet.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** More than the system's buffers take for a client that doesn't read (tcp(7), tcp_wmem and tcp_rmem). */
const large = Buffer.alloc(64 * 1024 * 1024, 'abcdefghijklm')

/** A request whose client reads nothing yet, and the answer that was begun. */
async function begin(bytes: Uint8Array, method = 'GET') {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const asked = once(server, 'request') as Promise<[unknown, ServerResponse]>
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  closers.push(() => {
    socket.destroy()
    server.close()
  })
  socket.write(`${method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  const [, response] = await asked
  const outlet = new Http1Outlet(response)
  outlet.begin(200, { 'content-length': String(bytes.byteLength) }, 'none')
  outlet.end(bytes)
  return { response, socket, outlet }
}

async function readAll(socket: ReturnType<typeof connect>): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume()
  await once(socket, 'close')
  const all = Buffer.concat(chunks)
  return all.subarray(all.indexOf('\r\n\r\n') + 4)
}

describe('a large answer', () => {
  it('is handed over in pieces, each when the client took the one before', async () => {
    const { response, socket } = await begin(large)
    await expect.poll(() => response.writableLength).toBeGreaterThan(0)
    expect(response.writableLength).toBeLessThanOrEqual(2 * 64 * 1024)
    expect((await readAll(socket)).equals(large)).toBe(true)
    expect(response.writableFinished).toBe(true)
  })

  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])('of %i bytes arrives whole', async (size) => {
    const bytes = large.subarray(0, size)
    const { socket } = await begin(bytes)
    expect((await readAll(socket)).equals(bytes)).toBe(true)
  })

  it('has no body after HEAD', async () => {
    const { socket } = await begin(large, 'HEAD')
    expect(await readAll(socket)).toHaveLength(0)
  })

  it('is given up with its client', async () => {
    const { response, socket, outlet } = await begin(large)
    const gone = new Promise<void>((resolve) => outlet.onGone(resolve))
    await expect.poll(() => response.writableLength).toBeGreaterThan(0)
    socket.destroy()
    await gone
    expect(outlet.isOpen).toBe(false)
  })
})
