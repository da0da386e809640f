/** The ClientHello parser: real hellos, hellos cut up, and bytes that are none. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readClientHello } from './client-hello.ts'

/** What Node sends first. */
async function hello(options: ConnectionOptions): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const server = createServer((socket: Socket) => {
    const chunks: Buffer[] = []
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      if (all.length < 5 || all.length < 5 + all.readUInt16BE(3)) return
      socket.destroy()
      resolve(all)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const client = connect({ host: '127.0.0.1', port, ...options })
  client.on('error', () => undefined)
  const bytes = await promise
  client.destroy()
  server.close()
  return bytes
}

/** The same message in records of these sizes, repeated. */
function inRecords(bytes: Buffer, sizes: readonly number[]): Buffer {
  const body = bytes.subarray(5)
  const records: Buffer[] = []
  for (let at = 0, count = 0; at < body.length; count++) {
    const part = body.subarray(at, at + (sizes[count % sizes.length] ?? body.length))
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part)
    at += part.length
  }
  return Buffer.concat(records)
}

let [challenge, browser, old]: Buffer[] = []

beforeAll(async () => {
  challenge = await hello({ servername: 'a.test', ALPNProtocols: ['acme-tls/1'] })
  browser = await hello({ servername: 'a.test', ALPNProtocols: ['h2', 'http/1.1'] })
  old = await hello({ maxVersion: 'TLSv1.2' })
})

function given(bytes: Buffer | undefined): Buffer {
  if (bytes === undefined) throw new TypeError('made before the tests')
  return bytes
}

describe('a ClientHello', () => {
  it('tells the protocols that it offers', () => {
    expect(readClientHello(given(challenge))).toEqual({ kind: 'hello', protocols: ['acme-tls/1'] })
    expect(readClientHello(given(browser))).toEqual({ kind: 'hello', protocols: ['h2', 'http/1.1'] })
    expect(readClientHello(given(old))).toEqual({ kind: 'hello', protocols: [] })
  })

  it('is incomplete until its last byte', () => {
    const bytes = given(browser)
    for (let length = 0; length < bytes.length; length++)
      expect(readClientHello(bytes.subarray(0, length))).toEqual({ kind: 'incomplete' })
  })

  it('is the same in however few records it comes, and what follows it is not looked at', () => {
    const sizes = fc.array(fc.integer({ min: 200, max: 3000 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.uint8Array({ maxLength: 20 }), (cuts, more) => {
        const bytes = Buffer.concat([inRecords(given(challenge), cuts), more])
        expect(readClientHello(bytes)).toEqual({ kind: 'hello', protocols: ['acme-tls/1'] })
      }),
    )
  })

  it('in crumbs is none', () => {
    expect(readClientHello(inRecords(given(challenge), [1]))).toEqual({ kind: 'other' })
  })

  it.each<readonly [string, readonly number[]]>([
    ['HTTP', [...Buffer.from('GET / HTTP/1.1\r\n')]],
    ['an alert', [21, 3, 1, 0, 2, 1, 0]],
    ['SSL 2', [128, 46, 1, 3, 1]],
    ['an empty record', [22, 3, 1, 0, 0]],
    ['a ServerHello', [22, 3, 3, 0, 4, 2, 0, 0, 0]],
    ['one that is too long', [22, 3, 1, 0, 4, 1, 255, 255, 255]],
  ])('%s is none', (_, bytes) => {
    expect(readClientHello(Uint8Array.from(bytes))).toEqual({ kind: 'other' })
  })

  it('with a byte changed is read as something or other, and never throws', () => {
    const bytes = given(challenge)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(bytes)
        changed[at] = value
        expect(['incomplete', 'hello', 'other']).toContain(readClientHello(changed).kind)
      }),
    )
  })

  it('random bytes are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readClientHello(bytes).kind).not.toBe('hello')
        expect(readClientHello(Buffer.concat([Buffer.from([22, 3, 1]), bytes])).kind).not.toBe('hello')
      }),
    )
  })
})

describe('the ALPN extension', () => {
  /** A hello with these extensions and nothing that isn't needed. */
  function withExtensions(...extensions: (readonly number[])[]): Uint8Array {
    const all = extensions.flat()
    const body = [
      3,
      3,
      ...Array<number>(32).fill(7),
      0,
      0,
      2,
      19,
      1,
      1,
      0,
      all.length >> 8,
      all.length & 255,
      ...all,
    ]
    const message = [1, 0, body.length >> 8, body.length & 255, ...body]
    return Uint8Array.from([22, 3, 1, message.length >> 8, message.length & 255, ...message])
  }
  const h2 = [0, 16, 0, 5, 0, 3, 2, 104, 50]

  it('is read from among others', () => {
    expect(readClientHello(withExtensions([0, 23, 0, 0], h2, [255, 1, 0, 1, 0]))).toEqual({
      kind: 'hello',
      protocols: ['h2'],
    })
  })

  it.each<readonly [string, readonly number[][]]>([
    ['twice', [h2, h2]],
    ['with an empty list', [[0, 16, 0, 2, 0, 0]]],
    ['with an empty name', [[0, 16, 0, 3, 0, 1, 0]]],
    ['with a name longer than the list', [[0, 16, 0, 5, 0, 3, 9, 104, 50]]],
    ['with bytes behind the list', [[0, 16, 0, 6, 0, 3, 2, 104, 50, 0]]],
    ['longer than the hello', [[0, 16, 0, 9, 0, 3, 2, 104, 50]]],
  ])('%s is no ClientHello', (_, extensions) => {
    expect(readClientHello(withExtensions(...extensions))).toEqual({ kind: 'other' })
  })
})
