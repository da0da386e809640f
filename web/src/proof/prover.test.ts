/** What the page signs is what contract/proof.ts says, and the signature is one that its key makes. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import {
  proofFields,
  signatureBase,
  signatureParameters,
  writeChallenge,
  type CoveredBody,
} from 'sekisho/proof'
import { expect, test, vi } from 'vitest'
import { fromBase64url, toBase64 } from './base64.ts'
import { Challenges } from './challenges.ts'
import { plainCrypto } from './plain-crypto.ts'
import { webCrypto, type ProofCrypto, type ProofSecret } from './proof-crypto.ts'
import { mayRepeat, mostWaiting, noProof, Prover, type ProofHeaders, type ToSign } from './prover.ts'
import { keepBody } from './sent-body.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
const secret = crypto.getRandomValues(new Uint8Array(32))
const at = 1_700_000_000
const url = new URL('https://app.example/gradio_api/queue/join?x=%20y')

function make(
  keys: Readonly<Record<string, ProofSecret>> = { key: privateKey },
  kind: ProofCrypto = webCrypto,
) {
  const challenge: { now: string | Error } = { now: writeChallenge({ epoch: 'epoch', at, keyid: 'key' }) }
  const challenges = new Challenges(
    () => (challenge.now instanceof Error ? Promise.reject(challenge.now) : Promise.resolve(challenge.now)),
    () => ({ steady: 0, wall: 0 }),
  )
  const [findKey, onChange] = [vi.fn((keyid: string) => Promise.resolve(keys[keyid])), vi.fn()]
  const isSame = vi.fn(() => Promise.resolve(true))
  const tellUse = vi.fn(() => Promise.resolve<Response | undefined>(new Response()))
  const prover = new Prover({ crypto: kind, challenges, findKey, onChange, isSame, tellUse })
  return { prover, findKey, onChange, isSame, tellUse, challenge }
}

/** Takes the fields apart by the contract's own words. */
function read(headers: ProofHeaders = {}) {
  const form =
    /^sekisho=\("@method" "@target-uri"(?: "([a-z-]+)")?\);created=(\d+);nonce="epoch\.([\w-]{16})\.(\d+)"/
  const [, name, created, instance = '', counter] = form.exec(headers['signature-input'] ?? '') ?? []
  const value = name === undefined ? undefined : headers[name]
  const covered = name === undefined || value === undefined ? undefined : { name: name as CoveredBody, value }
  const parameters = {
    created: Number(created),
    epoch: 'epoch',
    instance,
    counter: Number(counter),
    keyid: 'key',
  }
  expect(headers['signature-input']).toBe(`sekisho=${signatureParameters(covered?.name, parameters)}`)
  const signature = /^sekisho=:(.*):$/.exec(headers['signature'] ?? '')?.[1] ?? ''
  return { covered, ...parameters, signature: Uint8Array.from(atob(signature), (c) => c.charCodeAt(0)) }
}

async function isSignedBy(
  kind: 'public' | 'secret',
  { method, url: { origin, pathname, search } }: ToSign,
  headers?: ProofHeaders,
) {
  const { covered, signature, ...parameters } = read(headers)
  const request = { method, target: origin + pathname + search, ...(covered && { covered }) }
  const base = new TextEncoder().encode(
    signatureBase(request, signatureParameters(covered?.name, parameters)),
  )
  if (kind === 'secret') return toBase64(hmac(sha256, secret, base)) === toBase64(signature)
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, signature, base)
}

test('any request is signed by the key that the challenge names, with either cryptography', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH', 'purge'),
    url: fc.webUrl({ withQueryParameters: true, withFragments: true }).map((text) => new URL(text)),
    body: fc.option(fc.string({ minLength: 1, unit: 'binary' }), { nil: undefined }),
  })
  const [ecdsa, mac] = [make(), make({ key: secret }, plainCrypto)]
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url: where, body }) => {
      const asked = { method, url: where, body: body === undefined ? undefined : keepBody(body) }
      expect(await isSignedBy('public', asked, await ecdsa.prover.sign(asked))).toBe(true)
      const headers = await mac.prover.sign(asked)
      expect(await isSignedBy('secret', asked, headers)).toBe(true)
      const digest = body === undefined ? undefined : sha256(new TextEncoder().encode(body))
      expect(headers?.['content-digest']).toBe(digest && `sha-256=:${toBase64(digest)}:`)
    }),
    { numRuns: 60 },
  )
})

test('what is signed for one request is nothing for another', async () => {
  const headers = await make().prover.sign({ method: 'POST', url })
  expect(await isSignedBy('public', { method: 'POST', url }, headers)).toBe(true)
  for (const other of [
    { method: 'PUT', url },
    { method: 'POST', url: new URL('?x=%20z', url) },
    { method: 'POST', url: new URL(url.href.replace('https', 'http')) },
  ])
    expect(await isSignedBy('public', other, headers)).toBe(false)
})

test('a fragment and a lone question mark are not signed', async () => {
  const headers = await make().prover.sign({ method: 'GET', url: new URL('https://app.example/x?#part') })
  expect(await isSignedBy('public', { method: 'GET', url: new URL('https://app.example/x') }, headers)).toBe(
    true,
  )
})

test('requests count from one, however many are signed at once; documents have names of their own', async () => {
  const { prover } = make()
  const all = await Promise.all(Array.from({ length: 20 }, () => prover.sign({ method: 'GET', url })))
  expect(all.map((one) => read(one).counter).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  )
  expect(new Set(all.map((one) => read(one).instance)).size).toBe(1)
  expect(read(await make().prover.sign({ method: 'GET', url })).instance).not.toBe(read(all[0]).instance)
})

test('a repetition has the counter of the first, but where it does nothing or another key signs it', async () => {
  const { prover, challenge } = make({ key: privateKey, other: privateKey })
  const counterOf = async (asked: ToSign) => {
    const { 'signature-input': input = '' } = (await prover.sign(asked)) ?? {}
    return Number(/\.(\d+)";keyid/.exec(input)?.[1])
  }
  const asked: Record<string, ToSign> = {}
  for (const method of ['POST', 'DELETE', 'GET', 'HEAD']) asked[method] = { method, url }
  const countAll = async () => {
    const all: [string, number][] = []
    for (const [method, one] of Object.entries(asked)) all.push([method, await counterOf(one)])
    return Object.fromEntries(all)
  }
  expect(await countAll()).toEqual({ POST: 1, DELETE: 2, GET: 3, HEAD: 4 })
  expect(await countAll()).toEqual({ POST: 1, DELETE: 2, GET: 5, HEAD: 6 })
  challenge.now = writeChallenge({ epoch: 'next', at: at + 300, keyid: 'key' })
  await prover.renew()
  expect(await countAll()).toEqual({ POST: 1, DELETE: 2, GET: 7, HEAD: 8 })
  challenge.now = writeChallenge({ epoch: 'epoch', at, keyid: 'other' })
  await prover.renew()
  expect(await countAll()).toEqual({ POST: 9, DELETE: 10, GET: 11, HEAD: 12 })
  expect(await counterOf({ method: 'POST', url })).toBe(13)
})

test('what may do something is repeated soon, or not at all', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const { prover } = make()
    const [post, get] = [{ method: 'POST', url } as ToSign, { method: 'GET', url } as ToSign]
    const may = () => [post, get].map((one) => [mayRepeat(one, false), mayRepeat(one, true)])
    // Nothing was signed yet: it went out without, and was refused.
    expect(may()[0]).toEqual([true, false])
    for (const one of [post, get]) await prover.sign(one)
    vi.setSystemTime(Date.now() + 240_000)
    expect(may()).toEqual([
      [true, false],
      [true, true],
    ])
    await prover.sign(post)
    vi.setSystemTime(Date.now() + 1)
    expect(may()).toEqual([
      [false, false],
      [true, true],
    ])
  } finally {
    vi.useRealTimers()
  }
})

test('neither a clock that is put back nor one that stands still makes it soon', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  try {
    const begun = Date.now()
    const repeats = async (steady: number, wall: number) => {
      const asked: ToSign = { method: 'POST', url }
      await make().prover.sign(asked)
      vi.advanceTimersByTime(steady)
      vi.setSystemTime(begun + wall)
      const may = mayRepeat(asked, false)
      vi.setSystemTime(begun)
      return may
    }
    const hour = 3_600_000
    expect([await repeats(240_000, -hour), await repeats(240_001, -hour)]).toEqual([true, false])
    expect([await repeats(0, 240_000), await repeats(0, 240_001)]).toEqual([true, false])
  } finally {
    vi.useRealTimers()
  }
})

test('what may do something is signed again soon, or not at all, and by another key whenever that comes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const { prover, challenge } = make({ key: privateKey, other: privateKey })
    const [post, get, later] = ['POST', 'GET', 'POST'].map((method): ToSign => ({ method, url }))
    const all = async () =>
      Promise.all([post, get].map(async (one) => one && (await prover.sign(one)) && 'signed'))
    expect(await all()).toEqual(['signed', 'signed'])
    vi.setSystemTime(Date.now() + 240_000)
    expect(await all()).toEqual(['signed', 'signed'])
    vi.setSystemTime(Date.now() + 1)
    expect(await all()).toEqual([undefined, 'signed'])
    // It doesn't wait for what can't help it, and what was never signed isn't late.
    expect(post && (await prover.signLater(post))).toBeUndefined()
    expect(prover.isLost).toBe(false)
    expect(later && (await prover.signLater(later))).toBeDefined()
    challenge.now = writeChallenge({ epoch: 'epoch', at, keyid: 'other' })
    await prover.renew()
    expect(await all()).toEqual(['signed', 'signed'])
  } finally {
    vi.useRealTimers()
  }
})

test('a key is looked up once, and again when somebody signed in anew', async () => {
  const { prover, findKey, challenge } = make({ key: privateKey, other: privateKey })
  for (let n = 0; n < 3; n++) await prover.sign({ method: 'GET', url })
  expect(findKey).toHaveBeenCalledTimes(1)
  challenge.now = writeChallenge({ epoch: 'epoch', at, keyid: 'other' })
  await prover.renew()
  expect((await prover.sign({ method: 'GET', url }))?.['signature-input']).toContain('keyid="other"')
  expect(findKey).toHaveBeenCalledTimes(2)
})

test('what can’t be signed goes without', async () => {
  expect(await make({}).prover.sign({ method: 'GET', url })).toBeUndefined()
  expect(await make({ key: secret }).prover.sign({ method: 'GET', url })).toBeUndefined()
  const { prover, findKey } = make()
  findKey.mockRejectedValueOnce(new DOMException('no storage', 'InvalidStateError'))
  expect(await prover.sign({ method: 'GET', url })).toBeUndefined()
  const broken = Promise.reject(new TypeError('the stream broke'))
  expect(await prover.sign({ method: 'POST', url, body: broken })).toBeUndefined()
  expect(await prover.sign({ method: 'GET', url })).toBeDefined()
})

test('a refusal with a challenge asks for another proof; without one nobody is signed in', () => {
  const { prover } = make()
  const answer = (status: number, field: string | null) => ({ status, headers: { get: () => field } })
  const challenge = writeChallenge({ epoch: 'next', at, keyid: 'key' })
  expect(prover.hear(answer(401, challenge))).toBe(true)
  expect(prover.hear(answer(401, null))).toBe(false)
  expect(prover.hear(answer(200, challenge))).toBe(false)
})

test('the page is told once that proofs are refused, and once that they are taken again', async () => {
  const keys: Record<string, ProofSecret> = {}
  const { prover, onChange } = make(keys)
  prover.hold()
  prover.lose()
  prover.lose()
  await prover.renew()
  expect(onChange.mock.calls).toEqual([[true]])
  keys['key'] = privateKey
  await prover.renew()
  expect(onChange.mock.calls).toEqual([[true], [false]])
})

test('a second refusal says nothing of the proofs: another request does, one for however many refusals', async () => {
  const lost = async (answer: Promise<Response | undefined>, before = false) => {
    const { prover, tellUse, onChange } = make()
    if (before) prover.lose()
    tellUse.mockReturnValue(answer)
    const all = [prover.doubt(), prover.doubt()]
    expect([tellUse.mock.calls.length, prover.isLost]).toEqual([1, before])
    await Promise.all(all)
    expect(onChange.mock.calls.length).toBe(
      Number(before || prover.isLost) + Number(before && !prover.isLost),
    )
    await prover.doubt()
    expect(tellUse).toHaveBeenCalledTimes(2)
    return prover.isLost
  }
  const answer = (status: number) => Promise.resolve(new Response(null, { status }))
  expect(await lost(answer(401))).toBe(true)
  expect(await lost(Promise.resolve(undefined))).toBe(true)
  expect(await lost(answer(204))).toBe(false)
  expect(await lost(answer(204), true)).toBe(false)
  expect(await lost(answer(429))).toBe(false)
  for (const before of [true, false])
    expect(await lost(Promise.reject(new TypeError('nobody there')), before)).toBe(before)
})

test('what waits for a key goes on when the same person has one again, and as nobody else', async () => {
  for (const same of [true, false]) {
    const keys: Record<string, ProofSecret> = {}
    const { prover, isSame } = make(keys)
    isSame.mockResolvedValue(same)
    const asked = { method: 'POST', url }
    const waiting = [prover.signLater(asked), prover.signLater(asked)]
    await vi.waitFor(() => expect(prover.isLost).toBe(true))
    await prover.renew()
    expect([prover.isLost, isSame.mock.calls.length]).toEqual([true, 0])
    keys['key'] = privateKey
    await prover.renew()
    for (const headers of await Promise.all(waiting))
      expect(same ? await isSignedBy('public', asked, headers) : headers).toBe(same ? true : undefined)
    expect(prover.isLost).toBe(false)
  }
})

test('what waits for a key is over when there is one, or when the gate says that there is none', async () => {
  const keys: Record<string, ProofSecret> = {}
  const { prover, challenge } = make(keys)
  const asked = { method: 'POST', url }
  const field = challenge.now
  challenge.now = new TypeError('busy')
  // Nothing waits.
  expect(await prover.renew()).toBe(true)
  challenge.now = field
  await prover.renew()
  const waiting = prover.signLater(asked)
  await vi.waitFor(() => expect(prover.isLost).toBe(true))
  keys['another'] = privateKey
  challenge.now = new TypeError('busy')
  expect([await prover.renew(), prover.isLost]).toEqual([false, true])
  challenge.now = field
  expect([await prover.renew(), prover.isLost]).toEqual([true, true])
  challenge.now = writeChallenge({ epoch: 'epoch', at, keyid: 'another' })
  expect([await prover.renew(), prover.isLost]).toEqual([true, false])
  expect((await waiting)?.['signature-input']).toContain('keyid="another"')
})

test('of what waits for a key the newest goes on, and one question does for all of it', async () => {
  const keys: Record<string, ProofSecret> = {}
  const { prover, isSame } = make(keys)
  const more = 8
  const ended: number[] = []
  const waiting = Array.from({ length: mostWaiting + more }, async (_, n) => {
    const headers = await prover.signLater({ method: 'POST', url })
    if (headers === undefined) ended.push(n)
    return headers
  })
  const oldest = Array.from({ length: more }, (_, n) => n)
  await vi.waitFor(() => expect(ended).toEqual(oldest))
  expect([prover.isLost, isSame.mock.calls.length]).toEqual([true, 0])
  keys['key'] = privateKey
  await prover.renew()
  const signed = (await Promise.all(waiting)).filter((headers) => headers !== undefined)
  expect([signed.length, ended.length, isSame.mock.calls.length]).toEqual([mostWaiting, more, 1])
})

test('what the app gave up holds no place among what waits for a key', async () => {
  const keys: Record<string, ProofSecret> = {}
  const { prover, findKey } = make(keys)
  const own = prover.signLater({ method: 'POST', url })
  for (let n = 0; n < mostWaiting + 8; n++) {
    let isGivenUp = n % 2 === 0
    void prover.signLater({ method: 'POST', url }, () => isGivenUp)
    // Every other one is given up before it waits.
    await vi.waitFor(() => expect(findKey).toHaveBeenCalledTimes(n + 2), { interval: 1 })
    isGivenUp = true
  }
  keys['key'] = privateKey
  await prover.renew()
  expect(await own).toBeDefined()
  expect(prover.isLost).toBe(false)
})

test('what stands for no proof is none that a gate takes', () => {
  // RFC 9421 section 4.2: a signature is a member of a dictionary.
  expect(noProof).toEqual({ [proofFields.signature]: '' })
})

test('base64url comes back as the bytes it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
      expect([...fromBase64url(text)]).toEqual([...bytes])
    }),
  )
})
