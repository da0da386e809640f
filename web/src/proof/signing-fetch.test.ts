/** What `fetch` sends again, and what an answer says of the proofs, where somebody on the way answers. */
import { challengeField, writeChallenge } from 'sekisho/proof'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Challenges, freshForMs } from './challenges.ts'
import { webCrypto } from './proof-crypto.ts'
import { mostWaiting, Prover } from './prover.ts'
import { makeSigningFetch } from './signing-fetch.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
const join = 'https://app.example/gradio_api/queue/join'
const challengeFor = (keyid: string) => writeChallenge({ epoch: 'epoch', at: 1_700_000_000, keyid })

let now = 1_700_000_000_000
beforeEach(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => now)
  vi.stubGlobal('location', { origin: 'https://app.example' })
  vi.stubGlobal('document', { baseURI: 'https://app.example/' })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** As a browser's own `fetch` would answer. */
function answer(status: number, keyid?: string, type: ResponseType = 'basic'): Response {
  const headers = keyid === undefined ? {} : { [challengeField]: challengeFor(keyid) }
  return Object.defineProperty(new Response(null, { status, headers }), 'type', { value: type })
}

/** `answers`: to each request in turn; to what goes unsigned the gate's own refusal. */
function make(...answers: readonly Response[]) {
  const sent: string[] = []
  const native = (request: Request) => {
    const [, counter] = /\.(\d+)";keyid/.exec(request.headers.get('signature-input') ?? '') ?? []
    if (counter === undefined) return Promise.resolve(answer(401, 'key'))
    const next = answers[sent.push(`${request.method} ${counter}`) - 1]
    return next === undefined ? Promise.reject(new TypeError('sent too often')) : Promise.resolve(next)
  }
  const challenges = new Challenges(
    () => Promise.resolve(challengeFor('key')),
    () => ({ steady: 0, wall: 0 }),
  )
  const onChange = vi.fn()
  const prover = new Prover({
    ...{ crypto: webCrypto, challenges, onChange, isSame: () => Promise.resolve(true) },
    findKey: (keyid) => Promise.resolve(keyid === 'key' ? privateKey : undefined),
    tellUse: () => Promise.resolve(undefined),
  })
  return { prover, onChange, sent, signing: makeSigningFetch(native as typeof fetch, prover) }
}

test.each([
  ['soon', freshForMs, 'keeps its counter', ['POST 1', 'GET 2', 'POST 1']],
  ['late', freshForMs + 1, 'is not sent again', ['POST 1', 'GET 2']],
])('what waited for another key and may go on %s, after %d ms, %s', async (_, ms, __, expected) => {
  const { prover, onChange, sent, signing } = make(answer(401, 'another'), answer(200), answer(200))
  const waiting = signing(join, { method: 'POST', body: '{}' })
  await vi.waitFor(() => expect(prover.isLost).toBe(true))
  now += ms
  expect((await signing('https://app.example/gradio_api/info')).status).toBe(200)
  expect((await waiting).status).toBe(expected.length === 3 ? 200 : 401)
  expect(sent).toEqual(expected)
  expect(onChange.mock.calls).toEqual([[true], [false]])
})

test('a call waits for a key however many others were given up meanwhile', async () => {
  const { prover, sent, signing } = make(answer(401, 'another'), answer(200), answer(200))
  const waiting = signing(join, { method: 'POST', body: '{}' })
  await vi.waitFor(() => expect(prover.isLost).toBe(true))
  for (let n = 0; n <= mostWaiting; n++) {
    const given = new AbortController()
    const other = signing(join, { method: 'POST', body: '{}', signal: given.signal })
    const signLater = vi.spyOn(prover, 'signLater')
    await vi.waitFor(() => expect(signLater).toHaveBeenCalled(), { interval: 1 })
    given.abort(new TypeError('too late'))
    await expect(other).rejects.toThrow('too late')
    signLater.mockRestore()
  }
  expect((await signing('https://app.example/gradio_api/info')).status).toBe(200)
  expect((await waiting).status).toBe(200)
  expect(sent.filter((one) => one.startsWith('POST'))).toEqual(['POST 1', 'POST 1'])
})

test.each<[ResponseType, boolean]>([
  ['basic', false],
  ['cors', true],
  ['opaqueredirect', true],
])('a second answer that is %s: proofs are still refused: %j', async (type, lost) => {
  const { prover, signing } = make(answer(401, 'key'), answer(200, undefined, type))
  prover.lose()
  expect((await signing(join, { method: 'POST', body: '{}' })).type).toBe(type)
  expect(prover.isLost).toBe(lost)
})
