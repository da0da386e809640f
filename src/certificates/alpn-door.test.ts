/** tls-alpn-01 beside browsers at one port: over HTTP/1.1's server and over the one for both versions. */
import { createServer, get } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { connect as connectTcp, createServer as createTcpServer } from 'node:net'
import { connect, type ConnectionOptions, type Server } from 'node:tls'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAlpnDoor } from './alpn-door.ts'
import { Challenges } from './challenges.ts'
import type { CertificatePair } from './pair.ts'

async function make(commonName: string): Promise<CertificatePair> {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
  })
  return { cert: made.cert, key: made.private }
}

const acme = { servername: 'x.test', ALPNProtocols: ['acme-tls/1'] }
let [server, challenges, port, door]: [Server, Challenges, number, { close(): void }] = [] as never
const sockets: Socket[] = []

beforeEach(async () => {
  server = createServer({ ...(await make('site')), ALPNProtocols: ['http/1.1'] }, (_, response) =>
    response.end('ok'),
  )
  server.on('connection', (socket: Socket) => sockets.push(socket))
  challenges = new Challenges()
  door = openAlpnDoor(server, challenges)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterEach(() => {
  door.close()
  server.close()
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** Whose certificate is shown, and for which protocol. */
function shake(options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve(`${socket.getPeerX509Certificate()?.subject ?? ''} ${String(socket.alpnProtocol)}`)
      socket.destroy()
    })
    socket.on('error', () => resolve('failed'))
  })
}

function page(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false })
    asked.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
    asked.on('error', reject)
  })
}

/** Sends on what it gets in pieces of 40 bytes, one per turn of the event loop. */
async function startCrumbler() {
  const relay = createTcpServer((near) => {
    const far = connectTcp({ port, host: '127.0.0.1', noDelay: true })
    far.pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('data', (chunk: Buffer) => {
      near.pause()
      const send = (at: number) => {
        if (at >= chunk.length) near.resume()
        else far.write(chunk.subarray(at, at + 40), () => setImmediate(send, at + 40))
      }
      send(0)
    })
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  return { port: (relay.address() as AddressInfo).port, close: () => relay.close() }
}

describe('the HTTPS port', () => {
  it('knows no challenge protocol while nobody verifies', async () => {
    expect(server.listenerCount('connection')).toBe(2)
    expect(await shake(acme)).toBe('failed')
    expect(await shake()).toBe('CN=site false')
  })

  it('shows the challenge to a CA and the site to everybody else, while a CA verifies', async () => {
    challenges.offerAlpn('x.test', await make('challenge'))
    challenges.offerAlpn('192.0.2.1', await make('address'))
    expect(await shake(acme)).toBe('CN=challenge acme-tls/1')
    // RFC 8738 section 6.
    expect(await shake({ ...acme, servername: '1.2.0.192.in-addr.arpa' })).toBe('CN=address acme-tls/1')
    expect(await shake({ ...acme, servername: 'y.test' })).toBe('failed')
    expect(await shake({ ...acme, ALPNProtocols: ['acme-tls/1', 'http/1.1'] })).toBe('CN=site http/1.1')
    expect(await shake({ ...acme, ALPNProtocols: ['http/1.1'] })).toBe('CN=site http/1.1')
    expect(await shake()).toBe('CN=site false')
    expect(await page()).toBe(200)
  })

  it('puts a hello together that comes in crumbs', async () => {
    challenges.offerAlpn('x.test', await make('challenge'))
    const relay = await startCrumbler()
    expect(await shake({ ...acme, port: relay.port })).toBe('CN=challenge acme-tls/1')
    expect(await shake({ port: relay.port })).toBe('CN=site false')
    relay.close()
  })

  it('lets go of who sends no hello', async () => {
    const takeBack = challenges.offerAlpn('x.test', await make('challenge'))
    const garbage = connectTcp(port, '127.0.0.1')
    const gone = new Promise<void>((resolve) => garbage.once('close', () => resolve()))
    garbage.on('error', () => undefined)
    garbage.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await gone
    const half = connectTcp(port, '127.0.0.1')
    const halfGone = new Promise<void>((resolve) => half.once('close', () => resolve()))
    half.on('error', () => undefined)
    half.end(Buffer.from([22, 3, 1, 0]))
    await halfGone
    takeBack()
    expect(await page()).toBe(200)
  })

  it('goes back to how it was when the last challenge is over', async () => {
    const first = challenges.offerAlpn('x.test', await make('challenge'))
    const second = challenges.offerAlpn('y.test', await make('challenge'))
    first()
    expect(challenges.alpnPending).toBe(true)
    expect(await shake(acme)).toBe('failed')
    second()
    second()
    expect(challenges.alpnPending).toBe(false)
    expect(server.listenerCount('connection')).toBe(2)
    expect(await shake(acme)).toBe('failed')
    expect(await page()).toBe(200)
  })

  it('counts connections also while it looks at them', async () => {
    challenges.offerAlpn('x.test', await make('challenge'))
    const before = sockets.length
    await shake()
    expect(sockets.length).toBe(before + 1)
  })
})
