import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect as connectTcp } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { afterEach, describe, expect, it } from 'vitest'
import { askHttp2, openHttp2, readHttp2, startHttp2 } from '../../test/rig/http2-client.ts'
import { frameType, RawHttp2 } from '../../test/rig/raw-http2.ts'
import type { Owner } from '../ownership/owner.ts'
import type { Misreceived, Outcome, Received } from '../request.ts'
import { makeServer } from './receive.ts'
import { TlsServer } from './tls-server.ts'

async function makePair(name: string) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
  })
  return { cert, key }
}

const answer: Outcome = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'text/plain', 'content-length': '2' },
  body: { kind: 'bytes', bytes: Buffer.from('ok') },
}

const servers: TlsServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function start(
  handle: (request: Received | Misreceived) => Promise<Outcome> = async () => answer,
  connections = 100,
) {
  const server = makeServer(
    {
      ...{ hosts: [], trustedProxies: [] },
      ...{ connections, connectionsPerAddress: connections },
      ...{ handshakesPerAddress: { burst: 1, intervalMs: 60_000 } },
      tls: await makePair('first'),
    },
    { handle, page: () => Buffer.from(''), now: () => 0 },
  )
  if (!(server instanceof TlsServer)) expect.fail('no TLS')
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { server, port, url: `https://127.0.0.1:${port}` }
}

async function nameOf(port: number, protocol: string): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [protocol] })
  await once(socket, 'secureConnect')
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

describe('a new certificate', () => {
  it('is shown to whoever comes after it, and those who are there stay', async () => {
    const { server, port, url } = await start()
    const session = await openHttp2(url)
    expect(await nameOf(port, 'h2')).toBe('first')
    server.setSecureContext(await makePair('second'))
    expect([await nameOf(port, 'h2'), await nameOf(port, 'http/1.1')]).toEqual(['second', 'second'])
    expect((await askHttp2(session, { ':path': '/' })).status).toBe(200)
    expect((session.socket as TLSSocket).getPeerCertificate().subject).toMatchObject({ CN: 'first' })
    session.destroy()
  })
})

describe('more requests at once than there may be', () => {
  it.each([
    { who: 'people who are signed in', signedIn: true, lost: [false, false, false], code: 7 },
    { who: 'strangers', signedIn: false, lost: [true, false, false], code: 8 },
  ])('are too many, however few connections they come over: of $who', async ({ signedIn, lost, code }) => {
    const reasons: unknown[] = []
    let asked = 0
    const { url } = await start((request) => {
      if ('refusal' in request) reasons.push(request.refusal.because?.['reason'])
      else asked++
      if (signedIn && 'path' in request) request.vouch?.('session:one' as Owner)
      return new Promise(() => undefined)
    }, 3)
    const [first, second] = [await openHttp2(url), await openHttp2(url)]
    const open = []
    for (const session of [first, second, first]) {
      open.push(startHttp2(session, { ':path': '/' }))
      await expect.poll(() => asked).toBe(open.length)
    }
    const another = startHttp2(second, { ':path': '/' })
    const ended = (signedIn ? another : open[0]) ?? expect.fail('no stream')
    // REFUSED_STREAM (RFC 9113 section 8.7) says that nothing was done: clients ask again, POST included.
    expect(await readHttp2(ended)).toMatchObject({ status: 0, code })
    // The one that was given up had been handed on, the one that found no place never was.
    await expect.poll(() => asked).toBe(signedIn ? 3 : 4)
    expect([open.map(({ closed }) => closed), reasons]).toEqual([
      lost,
      [signedIn ? 'streams-all' : 'streams-room'],
    ])
    first.destroy()
    second.destroy()
  })
})

describe('a server that stops', () => {
  it('says goodbye, answers what is under way, and takes nothing new', async () => {
    let go: (outcome: Outcome) => void = () => undefined
    const waiting = new Promise<Outcome>((resolve) => (go = resolve))
    let asked = 0
    const { server, url } = await start((request) => {
      asked++
      return 'path' in request && request.path === '/slow' ? waiting : Promise.resolve(answer)
    })
    const session = await openHttp2(url)
    const slow = readHttp2(startHttp2(session, { ':path': '/slow' }))
    await expect.poll(() => asked).toBe(1)
    const goodbye = once(session, 'goaway')
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    expect((await goodbye)[0]).toBe(0)
    await expect(openHttp2(url)).rejects.toThrow('ECONNREFUSED')
    go(answer)
    expect((await slow).body.toString()).toBe('ok')
    await closed
  })

  it('is done at once with connections on which nothing is under way', async () => {
    const { server, url } = await start()
    const session = await openHttp2(url)
    await askHttp2(session, { ':path': '/' })
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  it('says goodbye to those too who were still in their handshake', async () => {
    const { server, port } = await start()
    const shaking = connectTcp(port, '127.0.0.1')
    await expect.poll(() => connectionsOf(server)).toBe(1)
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    const socket = connect({ socket: shaking, rejectUnauthorized: false, ALPNProtocols: ['h2'] }).resume()
    await once(socket, 'secureConnect')
    await closed
  })

  it('ends all others when it is told to: open answers, silent clients, handshakes', async () => {
    const { server, port, url } = await start(() => new Promise(() => undefined))
    const session = await openHttp2(url)
    const open = readHttp2(startHttp2(session, { ':path': '/' }))
    const silent = await RawHttp2.open(port)
    // It never closes its own half.
    silent.socket.allowHalfOpen = true
    const shaking = connectTcp(port, '127.0.0.1')
    await once(shaking, 'connect')
    shaking.on('error', () => undefined)
    await expect.poll(() => connectionsOf(server)).toBe(3)
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    await expect.poll(() => silent.of(0, frameType.goaway).length).toBe(1)
    server.closeAllConnections()
    await closed
    expect((await open).status).toBe(0)
    silent.destroy()
  })
})

function connectionsOf(server: TlsServer): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  )
}
