/**
 * The story: one machine opens one connection and makes the gate work for nothing (CVE-2023-44487, CVE-2024-27316,
 * CVE-2025-8671, CVE-2019-9511 to 9518), or holds a hundred streams by doing next to nothing. The connection ends, it
 * stands in the log, and others are served meanwhile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPath, type Path } from '../path/start-path.ts'
import { makePair } from '../rig/certificate.ts'
import { askHttp2, openHttp2 } from '../rig/http2-client.ts'
import {
  encodeFields,
  flag,
  frameType,
  headerTableSize,
  makeData,
  makeFrame,
  makeRequest,
  makeReset,
  makeSettings,
  RawHttp2,
  readTableSizes,
  type Field,
} from '../rig/raw-http2.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'

let upstream: Upstream
let path: Path
let cookie: string
/** For calls: those of a browser are signed. */
let token: string
const large = Buffer.alloc(2_000_000)
const slowly = 65_000

beforeAll(async () => {
  const tls = await makePair()
  upstream = await startUpstream((request, _message, response) => {
    if (request.target === '/gradio_api/run/predict') setTimeout(() => response.end('"slept"'), slowly)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(large)
  })
  path = await startPath({ upstream, tls })
  cookie = (await path.signIn()).cookie
  token = `Bearer ${(await path.issueToken()).text}`
})

afterAll(async () => {
  await path.close()
  await upstream.close()
})

const settingsTimeout = 4
const initialWindowSize = 4

const request = (target: string, ...more: readonly Field[]): Field[] => [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'localhost'],
  [':path', target],
  ...more,
]
const post = (target: string, ...more: readonly Field[]): Field[] => [
  [':method', 'POST'],
  ...request(target, ['content-type', 'application/json'], ...more).slice(1),
]
const health = request('/.sekisho/health')

/** Addresses to tell the callers apart by in the log. */
let caller = 1
async function open(options: Parameters<typeof RawHttp2.open>[1] = {}) {
  const from = `127.0.0.${String(++caller)}`
  const raw = await RawHttp2.open(path.port, { ...options, from })
  const codes = () =>
    path.audit.events.flatMap((event) =>
      event.kind === 'request.refused' && event.asker.address === from ? [event.code] : [],
    )
  return { raw, codes }
}

/** Another one's request, which must be answered all the while. */
async function askAsAnother(): Promise<number> {
  const session = await openHttp2(path.url)
  const { status } = await askHttp2(session, { ':path': '/.sekisho/health' })
  session.destroy()
  return status
}

/** Turns of the event loop, in which the gate, in the same process, gets to read. */
async function letRead(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Sends until the other side hangs up, or so often that it should have. */
async function flood(
  raw: RawHttp2,
  most: number,
  next: (at: number) => readonly Uint8Array[],
): Promise<void> {
  for (let at = 0; at < most && !raw.isClosed; at += 20) {
    raw.send(...Array.from({ length: 20 }, (_, one) => next(at + one)).flat())
    await letRead()
  }
}

describe('a flood over one HTTP/2 connection', () => {
  const resetNow = (at: number) => [makeRequest(1 + 2 * at, health), makeReset(1 + 2 * at, 8)]
  const login = post('/.sekisho/api/login/start', ['content-length', '9'])
  const floods: Readonly<Record<string, readonly [most: number, next: (at: number) => readonly Uint8Array[]]>> = {
    'requests taken back at once': [2_000, resetNow],
    'requests taken back later': [2_000, (at) => [makeRequest(1 + 2 * at, login, 'follows'), ...(at < 50 ? [] : [makeReset(2 * at - 99, 8)])]],
    'requests that make us take them back': [2_000, (at) => [makeRequest(1 + 2 * at, health), makeFrame(frameType.windowUpdate, 0, 1 + 2 * at, Buffer.alloc(4))]],
    'malformed requests': [2_000, (at) => [makeRequest(1 + 2 * at, request('/', ['upgrade', 'h2c']))]],
    'a header without end': [2_000, (at) => [at === 0 ? makeFrame(frameType.headers, 0, 1, encodeFields(health)) : makeFrame(frameType.continuation, 0, 1, encodeFields([['a', 'b']]))]],
    'a header without end or content': [2_000, (at) => [at === 0 ? makeFrame(frameType.headers, 0, 1, encodeFields(health)) : makeFrame(frameType.continuation, 0, 1, Buffer.alloc(0))]],
    'empty pieces of a body': [20_000, (at) => [at === 0 ? makeRequest(1, login, 'follows') : makeData(1, '', false)]],
    'headers of thousands of fields': [2_000, (at) => [makeFrame(frameType.headers, flag.endHeaders | flag.endStream, 1 + 2 * at, Buffer.concat([encodeFields(health), Buffer.from('\0\u0001a\0'.repeat(4_000))]))]],
    'priorities': [20_000, (at) => [makeFrame(2, 0, 1 + 2 * at, Buffer.from([0, 0, 0, 0, 1]))]],
  } // prettier-ignore

  it.each(Object.entries(floods))('of %s ends it', async (_, [most, next]) => {
    const { raw, codes } = await open()
    await flood(raw, most, next)
    await raw.until(() => raw.isClosed)
    expect(codes()).toContain('message-malformed')
    expect(await askAsAnother()).toBe(200)
  })

  it.each([
    ['pings', () => makeFrame(frameType.ping, 0, 0, Buffer.alloc(8))],
    ['settings', () => makeSettings({ [initialWindowSize]: 65_535 })],
  ])('of %s whose answers nobody reads ends it', async (_, next) => {
    const { raw, codes } = await open()
    raw.socket.pause()
    // The system's buffers take answers of several megabytes before any is left waiting (tcp(7), tcp_wmem).
    for (let at = 0; at < 3_000 && codes().length === 0; at++) {
      raw.send(...Array.from({ length: 1_000 }, next))
      await letRead()
    }
    expect(codes()).toContain('message-malformed')
    expect(await askAsAnother()).toBe(200)
    raw.destroy()
  })

  it('of bytes from a table is reset after the first few', async () => {
    const { raw, codes } = await open()
    // One field of 4000 bytes, put into the dynamic table and named eleven thousand times (RFC 7541 section 6.1).
    const value = Buffer.concat([Buffer.from([0x40, 1, 0x78, 0x7f, 0xa1, 0x1e]), Buffer.alloc(4_000, 'y')])
    const block = Buffer.concat([encodeFields(health), value, Buffer.alloc(11_000, 0xbe)])
    raw.send(makeFrame(frameType.headers, flag.endHeaders | flag.endStream, 1, block))
    expect(await raw.outcome(1)).toMatchObject({ reset: expect.any(Number) as number })
    raw.destroy()
    await expect.poll(codes).toEqual(['message-malformed'])
  })

  it('of fields doesn’t make the gate keep a table as large as the client offers', async () => {
    const { raw } = await open({ settings: { [headerTableSize]: 0xffff_ffff } })
    // Each answer has fields of its own: the entity tag of another file, another address to go to.
    const targets = Array.from({ length: 60 }, (_, at) =>
      request(`/.sekisho/login?returnTo=/${'x'.repeat(900)}${String(at)}`),
    )
    for (const [at, fields] of targets.entries()) {
      raw.send(makeRequest(1 + 2 * at, fields))
      expect(await raw.outcome(1 + 2 * at)).toEqual({ status: '200' })
    }
    const sizes = raw.frames
      .filter(({ type }) => type === frameType.headers)
      .flatMap(({ payload }) => readTableSizes(payload).sizes)
    // RFC 9113 section 6.5.2: what holds until somebody says otherwise.
    for (const size of sizes) expect(size).toBeLessThanOrEqual(4_096)
    raw.destroy()
  })

  it('of requests at once has a hundred of them answered, and no more', async () => {
    const { raw } = await open()
    const waiting = post('/gradio_api/run/predict', ['authorization', token])
    const streams = Array.from({ length: 150 }, (_, at) => 1 + 2 * at)
    raw.send(...streams.map((stream) => makeRequest(stream, waiting, 'follows')))
    await raw.until(
      () => raw.isClosed || raw.frames.filter(({ type }) => type === frameType.reset).length >= 50,
    )
    raw.destroy()
    expect(upstream.reached.length).toBeLessThanOrEqual(100)
    expect(await askAsAnother()).toBe(200)
  })
})

/** Repeats something twice a second until the other side hangs up. */
async function keepOn(raw: RawHttp2, again: () => Uint8Array): Promise<void> {
  const dripping = setInterval(() => raw.send(again()), 500)
  await raw.until(() => raw.isClosed)
  clearInterval(dripping)
}

const ping = () => makeFrame(frameType.ping, 0, 0, Buffer.alloc(8))

describe.concurrent('somebody who holds an HTTP/2 connection', { timeout: 180_000 }, () => {
  it('is cut who asks for nothing', async () => {
    const { raw, codes } = await open()
    await keepOn(raw, ping)
    expect(codes()).toEqual(['request-slow'])
  })

  it('is cut who sends nothing at all', async () => {
    const { raw, codes } = await open({ acknowledge: false })
    await raw.until(() => raw.isClosed)
    expect(codes()).toEqual(['request-slow'])
  })

  it('is cut who never agrees to the settings', async () => {
    const { raw, codes } = await open({ acknowledge: false })
    let stream = -1
    await keepOn(raw, () => makeRequest((stream += 2), health))
    expect(codes()).toEqual(['request-slow'])
    expect(raw.of(0, frameType.goaway).at(-1)?.payload.readUInt32BE(4)).toBe(settingsTimeout)
  })

  it('is cut who drips a header', async () => {
    const { raw, codes } = await open()
    // Nothing else may stand between the pieces (RFC 9113 section 6.10), the agreement to the settings neither.
    await raw.until(() => raw.of(0, frameType.settings).length > 1)
    raw.send(makeFrame(frameType.headers, 0, 1, encodeFields(health)))
    let pieces = 0
    const dripping = setInterval(() => {
      // Too few for the limit of pieces.
      if (pieces++ < 6) raw.send(makeFrame(frameType.continuation, 0, 1, encodeFields([['a', 'b']])))
    }, 2_500)
    await raw.until(() => raw.isClosed)
    clearInterval(dripping)
    expect(codes()).toEqual(['request-slow'])
  })

  it('is cut who asked once and only pings', async () => {
    const { raw } = await open()
    raw.send(makeRequest(1, health))
    expect(await raw.outcome(1)).toEqual({ status: '200' })
    await keepOn(raw, ping)
  })

  it('is cut who says goodbye and stays', async () => {
    const { raw } = await open()
    raw.send(makeRequest(1, health))
    expect(await raw.outcome(1)).toEqual({ status: '200' })
    raw.send(makeFrame(frameType.goaway, 0, 0, Buffer.alloc(8)))
    await keepOn(raw, ping)
  })

  it('is cut who only opens windows', async () => {
    const { raw, codes } = await open()
    await keepOn(raw, () => makeFrame(frameType.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 1])))
    expect(codes()).toEqual(['request-slow'])
  })

  it('is cut who only sends frames of kinds that there are not', async () => {
    const { raw, codes } = await open()
    await keepOn(raw, () => makeFrame(0xee, 0, 0, Buffer.alloc(1_000)))
    expect(codes()).toEqual(['request-slow'])
  })

  it('is cut who was refused and drips on', async () => {
    const { raw, codes } = await open()
    raw.send(makeRequest(1, post('/gradio_api/run/predict'), 'follows'))
    expect(await raw.outcome(1)).toMatchObject({ status: '401' })
    await keepOn(raw, () => makeData(1, 'a', false))
    expect(codes()).toContain('login-required')
  })

  it.each([
    ['a login', () => post('/.sekisho/api/login/start', ['content-length', '4000'])],
    ['a call', () => post('/gradio_api/run/predict', ['content-length', '4000'], ['authorization', token])],
  ])('gets an answer and a reset who drips the body of %s', async (_, fields) => {
    const { raw, codes } = await open()
    raw.send(makeRequest(1, fields(), 'follows'))
    const dripping = setInterval(() => raw.send(makeData(1, '"', false)), 500)
    expect(await raw.outcome(1)).toMatchObject({ status: '408' })
    clearInterval(dripping)
    expect(codes()).toEqual(['body-slow'])
    raw.send(makeRequest(3, health))
    expect(await raw.outcome(3)).toEqual({ status: '200' })
    raw.destroy()
  })

  it('is cut who asks for much and opens no window', async () => {
    const { raw } = await open({ settings: { [initialWindowSize]: 0 } })
    const streams = Array.from({ length: 50 }, (_, at) => 1 + 2 * at)
    raw.send(...streams.map((stream) => makeRequest(stream, request('/assets/large.js', ['cookie', cookie]))))
    const dripping = setInterval(() => raw.send(ping()), 500)
    for (const stream of streams) {
      await raw.until(() => raw.of(stream, frameType.reset).length > 0 || raw.isClosed)
      expect(raw.of(stream, frameType.reset)).toHaveLength(1)
    }
    clearInterval(dripping)
    raw.destroy()
  })

  it('is cut who asks for much and reads nothing', async () => {
    const { raw } = await open({ settings: { [initialWindowSize]: 0x7fff_ffff } })
    // The settings are agreed upon before it falls silent, or that alone would end it.
    await raw.until(() => raw.of(0, frameType.settings).length > 1)
    raw.socket.pause()
    const window = Buffer.from([0x7f, 0, 0, 0])
    raw.send(makeFrame(frameType.windowUpdate, 0, 0, window))
    for (let at = 0; at < 50; at++)
      raw.send(makeRequest(1 + 2 * at, request('/assets/large.js', ['cookie', cookie])))
    // A socket that is paused hears of a reset when it writes.
    await keepOn(raw, ping)
  })

  it('is not cut who agrees to the settings over a line that is full', async () => {
    const windows = { [initialWindowSize]: 0x7fff_ffff }
    const { raw, codes } = await open({ settings: windows, acknowledge: false })
    raw.socket.pause()
    raw.send(makeFrame(frameType.windowUpdate, 0, 0, Buffer.from([0x7f, 0, 0, 0])))
    for (let at = 0; at < 8; at++)
      raw.send(makeRequest(1 + 2 * at, request('/assets/large.js', ['cookie', cookie])))
    // It comes later, and is cut when its time is over.
    const other = await open()
    await keepOn(other.raw, ping)
    raw.send(makeFrame(frameType.settings, flag.ack, 0, Buffer.alloc(0)))
    raw.socket.resume()
    raw.send(makeRequest(17, health))
    expect(await raw.outcome(17)).toEqual({ status: '200' })
    expect(codes()).toEqual([])
    raw.destroy()
  })

  it('is not cut who loads a hundred files over a slow line', async () => {
    const { raw } = await open({ settings: { [initialWindowSize]: 0x7fff_ffff } })
    for (let at = 0; at < 100; at++)
      raw.send(makeRequest(1 + 2 * at, request('/assets/large.js', ['cookie', cookie])))
    // The last one's turn comes after several minutes.
    const window = Buffer.from([0, 0, 0x20, 0])
    const reading = setInterval(() => raw.send(makeFrame(frameType.windowUpdate, 0, 0, window)), 500)
    const arrived = () => raw.frames.reduce((sum, { payload }) => sum + payload.byteLength, 0)
    await raw.until(() => raw.isClosed || arrived() > 1_250_000)
    clearInterval(reading)
    expect(raw.frames.filter(({ type }) => type === frameType.reset)).toEqual([])
    expect(raw.isClosed).toBe(false)
    raw.destroy()
  })

  it('is not cut who waits for a function that takes its time', async () => {
    const { raw, codes } = await open()
    raw.send(
      makeRequest(1, post('/gradio_api/run/predict', ['authorization', token]), 'follows'),
      makeData(1, '{"data":["x"]}'),
    )
    expect(await raw.outcome(1)).toEqual({ status: '200' })
    expect(codes()).toEqual([])
    raw.destroy()
  })
})
