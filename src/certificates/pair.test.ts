/** Certificate and key: what is told of them, and what is refused. */
import { generateKeyPairSync } from 'node:crypto'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, it } from 'vitest'
import { examine, joinPair, splitPair, type CertificatePair } from './pair.ts'

const day = 86_400_000
let [pair, other, signed]: CertificatePair[] = []

async function make(ca?: { readonly cert: string; readonly key: string }): Promise<CertificatePair> {
  const made = await generate([{ name: 'commonName', value: 'Gate, "of" Hakone' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(0),
    notAfterDate: new Date(30 * day),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'gate.example.org' },
          { type: 7, ip: '192.0.2.7' },
          { type: 7, ip: '2001:db8::7' },
        ],
      },
    ],
    ...(ca && { ca }),
  })
  return { cert: made.cert, key: made.private }
}

beforeAll(async () => {
  pair = await make()
  other = await make()
  const authority = await generate([{ name: 'commonName', value: 'The CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true }],
  })
  signed = await make({ cert: authority.cert, key: authority.private })
})

function given(found: CertificatePair | undefined): CertificatePair {
  if (found === undefined) throw new TypeError('made before the tests')
  return found
}

function facts(found: CertificatePair | undefined) {
  const examined = examine(given(found))
  if ('trouble' in examined) throw new TypeError(examined.trouble)
  return examined
}

describe('a certificate and its key', () => {
  it('are told by their times, their names and the fingerprint that browsers show', () => {
    const { notBefore, notAfter, fingerprint, selfSigned, covers } = facts(pair)
    expect([notBefore, notAfter, selfSigned]).toEqual([0, 30 * day, true])
    expect(fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(['gate.example.org', '192.0.2.7', '2001:db8::7', '2001:db8:0:0::7'].filter(covers).length).toBe(4)
    expect(['example.org', 'x.gate.example.org', '192.0.2.8', 'Gate, "of" Hakone'].filter(covers)).toEqual([])
  })

  it('signed by somebody else name the issuer', () => {
    expect(facts(signed)).toMatchObject({ selfSigned: false, issuer: 'The CA' })
  })

  it.each<readonly [string, () => CertificatePair, RegExp]>([
    ["somebody else's key", () => ({ ...given(pair), key: given(other).key }), /the key is not the one/],
    ['no certificate', () => ({ ...given(pair), cert: 'hello' }), /the certificate is not one in PEM/],
    ...['ENCRYPTED PRIVATE KEY-----\nAAAA', 'EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED'].map(
      (head) =>
        [
          'a locked key',
          () => ({ ...given(pair), key: `-----BEGIN ${head}\n` }),
          /locked with a pass-phrase/,
        ] as const,
    ),
    ['no key', () => ({ ...given(pair), key: '' }), /not one in PEM/],
    [
      'a chain that is garbage',
      () => ({
        ...given(pair),
        cert: `${given(pair).cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      }),
      /can not be used together/,
    ],
    [
      'a key of another kind',
      () => ({
        ...given(pair),
        key: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }),
      /the key is not the one/,
    ],
  ])('%s is said in words', (_, make, words) => {
    const examined = examine(make())
    expect('trouble' in examined ? examined.trouble : 'accepted').toMatch(words)
  })

  it('come back from one file as they went in', () => {
    const { cert, key } = given(pair)
    expect(splitPair(joinPair({ cert, key }))).toEqual({
      cert: `${cert.trimEnd()}\n`,
      key: `${key.trimEnd()}\n`,
    })
  })

  it.each(['', 'hello', '-----BEGIN PRIVATE KEY-----'])('are not found in %j', (text) => {
    expect(splitPair(text)).toBeUndefined()
  })

  it('are not found in a file that breaks off anywhere', () => {
    const text = joinPair(given(pair))
    for (let length = 0; length < text.length - 1; length += 13) {
      const found = splitPair(text.slice(0, length))
      expect(found === undefined || 'trouble' in examine(found)).toBe(true)
    }
  })
})
