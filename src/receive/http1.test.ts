import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { IncomingBody } from '../request.ts'
import { http1Options, serveHttp1 } from './http1.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A server that answers each request when it was told to; and the bodies that came. */
async function start() {
  const server = createServer(http1Options)
  const bodies: IncomingBody[] = []
  const arrived = Promise.withResolvers<void>()
  serveHttp1(
    server,
    { seatOf: () => undefined },
    {
      take: async ({ outlet, readHeaders, openBody }) => {
        const read = readHeaders()
        const body = 'headers' in read ? openBody(read.headers) : undefined
        if (body !== undefined) bodies.push(body)
        // What is asked of a body is asked after a wait.
        await Promise.resolve()
        const complete = body?.isComplete?.()
        const bytes = complete === true ? (body?.stream.read() as Buffer | null) : null
        outlet.begin(200, { 'content-type': 'text/plain' }, 'moment')
        outlet.end(Buffer.from(`${String(complete)} ${String(bytes?.toString())}`))
        arrived.resolve()
      },
      misread: async () => Promise.reject(new Error('misread')),
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  closers.push(() => {
    socket.destroy()
    server.close()
  })
  let answered = ''
  socket.on('data', (chunk: Buffer) => (answered += chunk.toString()))
  const answer = async (count: number) => {
    while (answered.split('HTTP/1.1 200').length - 1 < count) await once(socket, 'data')
    return answered.slice(answered.lastIndexOf('HTTP/1.1 200'))
  }
  return { socket, answer, arrived: arrived.promise }
}

const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n'

it('a body that came with its head can be read at once, and the connection goes on', async () => {
  const { socket, answer } = await start()
  socket.write(`${head}12345`)
  expect(await answer(1)).toContain('true 12345')
  socket.write(`${head}67890`)
  expect(await answer(2)).toContain('true 67890')
})

it('a body of which something is missing can’t', async () => {
  const { socket, answer, arrived } = await start()
  socket.write(`${head}1234`)
  await arrived
  socket.write('5')
  expect(await answer(1)).toContain('false undefined')
  socket.write(`${head}67890`)
  expect(await answer(2)).toContain('true 67890')
})

it('of a body without a length nobody knows', async () => {
  const { socket, answer } = await start()
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n')
  expect(await answer(1)).toContain('undefined undefined')
})
