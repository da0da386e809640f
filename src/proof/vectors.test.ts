/** docs/reference/proof-vectors.json says what the code does, character by character. */
import { createHash } from 'node:crypto'
import { client, ready } from '@serenity-kit/opaque'
import { describe, expect, it } from 'vitest'
import { makeProofVectors } from '../../scripts/proof-vectors.ts'
import { fieldsOf, startVectorGate, storedKey, vectors, vectorSeal } from '../../test/rig/proof-vectors.ts'
import { normalizePassword, normalizeUsername } from '../contract/contract.ts'
import {
  describePart,
  digestField,
  enterText,
  parseChallenge,
  signatureBase,
  signatureParameters,
} from '../contract/proof.ts'
import { enrolKey, readPublicKey } from './enrolment.ts'
import { parseProof } from './parse-proof.ts'
import { makeVerifySignature } from './verify-signature.ts'

const { requests, enrolments, challenge } = vectors
const named = requests.map((request) => [request.name, request] as const)

function changed(url: string, change: (url: URL) => void): string {
  const parsed = new URL(url)
  change(parsed)
  return parsed.href
}

it('are what the script would write again', () => {
  expect(makeProofVectors(vectors)).toEqual(vectors)
  expect(requests.length).toBeGreaterThan(12)
})

it('begin with a challenge as the gate writes it', () => {
  const { field, ...said } = challenge
  expect(parseChallenge(field)).toEqual(said)
})

describe.each(named)('%s', (_, request) => {
  const { method, target, covered, parameters, base, created, instance, counter, fields, alg } = request
  const said = { created, instance, counter, epoch: challenge.epoch, keyid: vectors.keys[alg].keyid }

  it('is built by our builder from what it says', () => {
    expect(signatureParameters(covered?.name, said)).toBe(parameters)
    expect(signatureBase({ method, target, ...(covered && { covered }) }, parameters)).toBe(base)
    // RFC 9421 section 2.5.
    expect(base).toMatch(/^[\x00-\x7f]+$/)
    expect(fields['signature-input']).toBe(`sekisho=${parameters}`)
  })

  it('covers its body', () => {
    const { body, form } = request
    const lines = form?.map(({ name, filename, size }) => describePart(name, filename, size))
    expect(lines).toEqual(form?.map(({ line }) => line))
    const bytes = lines?.join('') ?? body
    const digest = bytes && digestField(createHash('sha256').update(bytes).digest('base64'))
    expect(covered?.value).toBe(digest)
  })

  it('is read by our parser', () => {
    expect(parseProof(fieldsOf(request))).toMatchObject({ kind: 'claimed', proof: { ...said, parameters } })
  })

  it('is held by the gate once, and by nobody with a bit of it changed', () => {
    const judge = startVectorGate()
    const headers = fieldsOf(request)
    const changes: readonly Parameters<typeof judge>[] = [
      [{ ...request, method: method === 'GET' ? 'POST' : 'GET' }, headers],
      [{ ...request, url: changed(request.url, (url) => (url.pathname += 'x')) }, headers],
      [{ ...request, url: changed(request.url, (url) => (url.search += '&x')) }, headers],
      [{ ...request, url: changed(request.url, (url) => (url.port = '9')) }, headers],
      [{ ...request, url: changed(request.url, (url) => (url.hostname = '127.0.0.1')) }, headers],
      [
        {
          ...request,
          url: changed(request.url, (url) => (url.protocol = url.protocol === 'http:' ? 'https:' : 'http:')),
        },
        headers,
      ],
      [
        request,
        {
          ...headers,
          'signature-input': fields['signature-input'].replace(
            `.${String(counter)}"`,
            `.${String(counter + 1)}"`,
          ),
        },
      ],
      [
        request,
        {
          ...headers,
          'signature-input': fields['signature-input'].replace(
            `created=${String(created)}`,
            `created=${String(created + 1)}`,
          ),
        },
      ],
    ]
    for (const change of changes)
      expect(judge(...change)).toMatchObject({
        kind: 'trouble',
        code: expect.stringMatching(/^proof-(signature|malformed)$/) as unknown,
      })
    expect(judge(request, headers)).toMatchObject({ kind: 'held' })
    expect(judge(request, headers)).toMatchObject({ kind: 'trouble', code: 'proof-replayed' })
  })
})

describe.each(enrolments)('the enrolment of $name', ({ origin, sessionKey, alg, publicKey, mac, keyid }) => {
  const { protocol, host } = new URL(origin)
  const site = { scheme: protocol === 'https:' ? 'https' : 'http', host } as const
  const isPlain = site.scheme === 'http'
  const offer = alg === 'hmac-sha256' ? { alg, mac } : { alg, publicKey: publicKey ?? '', mac }

  it('is taken by the gate', () => {
    const key = enrolKey(offer, { sessionKey, site, isPlain }, vectorSeal)
    expect(key).toMatchObject({ alg, keyid })
    const stored = alg === 'hmac-sha256' ? vectorSeal.unseal(key?.key ?? '') : key?.key
    expect(stored).toBe(alg === 'hmac-sha256' ? vectors.keys[alg].secret : publicKey)
  })

  it('is not taken at another origin', () => {
    const elsewhere = { ...site, host: `x.${host}` }
    expect(enrolKey(offer, { sessionKey, site: elsewhere, isPlain }, vectorSeal)).toBeUndefined()
  })
})

describe('coming in with a code', () => {
  const { origin, code, publicKey, text, signature } = vectors.enter
  const isSigned = (signed: string) => {
    const bytes = Buffer.from(signature, 'base64url')
    return makeVerifySignature(vectorSeal)(storedKey('ecdsa-p256-sha256'), signed, bytes)
  }

  it('is signed as our builder writes it, for a key that the gate takes', () => {
    expect(enterText(origin, code, publicKey)).toBe(text)
    expect(readPublicKey(publicKey)?.key).toBe(publicKey)
    expect(publicKey).not.toBe(vectors.keys['ecdsa-p256-sha256'].publicKey)
    expect(isSigned(text)).toBe(true)
  })

  it('is good for no other origin, code or key', () => {
    const other = vectors.keys['ecdsa-p256-sha256'].publicKey ?? ''
    for (const signed of [
      enterText('https://x.demo.example.org', code, publicKey),
      enterText(origin, `${code}x`, publicKey),
      enterText(origin, code, other),
      `${text}\n`,
    ])
      expect(isSigned(signed)).toBe(false)
  })
})

describe('the login', () => {
  const { login } = vectors
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  const ke1 = bytes(login.startLoginRequest)
  /** As the library keeps it between the messages: the blind, KE1, and of the client's key share the secret and the nonce. */
  const state = Buffer.concat([bytes(login.blind), ke1, bytes(login.clientSecret), ke1.subarray(32, 64)])

  async function finish(password: string, identifiers: { readonly client: string; readonly server: string }) {
    await ready
    return client.finishLogin({
      clientLoginState: state.toString('base64url'),
      loginResponse: login.loginResponse,
      ...{ password, identifiers: { ...identifiers } },
      keyStretching: { 'argon2id-custom': { ...login.stretching } },
    })
  }

  it('ends with what our OPAQUE computes of it', async () => {
    expect(login.identifiers.client).toBe(`user:${normalizeUsername(login.username)}`)
    const { finishLoginRequest, sessionKey } = login
    expect(await finish(normalizePassword(login.password), login.identifiers)).toMatchObject({
      finishLoginRequest,
      sessionKey,
    })
  })

  it('ends so for the password as it is normalised and for both names alone', async () => {
    const password = normalizePassword(login.password)
    expect(await finish(login.password, login.identifiers)).toBeUndefined()
    expect(await finish(password, { ...login.identifiers, client: 'guest' })).toBeUndefined()
    expect(await finish(password, { ...login.identifiers, server: 'another' })).toBeUndefined()
  })
})
