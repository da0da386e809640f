/** Two implementations of RFC 9421 that others wrote verify what we sign, and we hold what they sign in our profile. */
import { createPrivateKey, createPublicKey, webcrypto, type JsonWebKey } from 'node:crypto'
import { createSignature, verifySignature, type RequestDescriptor } from 'http-message-sig'
import { createSigner, createVerifier, httpbis } from 'http-message-signatures'
import { describe, expect, it } from 'vitest'
import type { RequestVector } from '../../scripts/proof-vectors.ts'
import { fieldsOf, startVectorGate, vectors } from '../../test/rig/proof-vectors.ts'

const named = vectors.requests.map((request) => [request.name, request] as const)
const componentsOf = ({ covered }: RequestVector) => [
  '@method',
  '@target-uri',
  ...(covered ? [covered.name] : []),
]
const bodyField = ({ covered }: RequestVector) => (covered ? { [covered.name]: covered.value } : {})
const nonceOf = ({ instance, counter }: RequestVector) =>
  `${vectors.challenge.epoch}.${instance}.${String(counter)}`
const parameterNames = ['created', 'nonce', 'keyid', 'tag']

const pair: JsonWebKey = { ...vectors.keys['ecdsa-p256-sha256'].jwk }
const { d: _, ...publicHalf } = pair
const secret = Buffer.from(vectors.keys['hmac-sha256'].secret ?? '', 'base64url')

/** WebCrypto, as browsers sign. */
async function webKey(alg: RequestVector['alg'], use: 'sign' | 'verify') {
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const hmac = { name: 'HMAC', hash: 'SHA-256' } as const
  return alg === 'ecdsa-p256-sha256'
    ? {
        how: ecdsa,
        key: await webcrypto.subtle.importKey('jwk', use === 'sign' ? pair : publicHalf, ecdsa, false, [use]),
      }
    : { how: hmac, key: await webcrypto.subtle.importKey('raw', secret, hmac, false, [use]) }
}

function described(request: RequestVector, fields: Readonly<Record<string, string>>): RequestDescriptor {
  return {
    kind: 'request',
    method: request.method,
    targetUri: request.target,
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
  }
}

function verifyElsewhere(request: RequestVector, fields = fieldsOf(request)) {
  return verifySignature(described(request, fields), {
    label: 'sekisho',
    policy: {
      algorithms: [request.alg],
      requiredComponents: componentsOf(request),
      requiredParameters: parameterNames,
      now: request.created + 1,
      maxAge: 300,
    },
    resolveVerifier: async () => {
      const { how, key } = await webKey(request.alg, 'verify')
      return {
        algorithm: request.alg,
        verify: (data, signature) =>
          webcrypto.subtle.verify(how, key, new Uint8Array(signature), new Uint8Array(data)),
      }
    },
  })
}

describe.each(named)('http-message-sig, %s', (_name, request) => {
  it('verifies what we signed, and nothing else', async () => {
    const { parameters, components } = await verifyElsewhere(request)
    expect(components.map(({ name }) => name)).toEqual(componentsOf(request))
    expect(parameters).toMatchObject({
      created: request.created,
      nonce: nonceOf(request),
      tag: 'sekisho-proof',
    })
    await expect(verifyElsewhere({ ...request, target: `${request.target}x` })).rejects.toMatchObject({
      code: 'VerificationFailed',
    })
  })

  it('signs what we hold', async () => {
    const { how, key } = await webKey(request.alg, 'sign')
    const { keyid } = vectors.keys[request.alg]
    const made = await createSignature(described(request, bodyField(request)), {
      label: 'sekisho',
      components: componentsOf(request),
      parameters: { created: request.created, nonce: nonceOf(request), keyid, tag: 'sekisho-proof' },
      signer: {
        algorithm: request.alg,
        sign: async (data) => new Uint8Array(await webcrypto.subtle.sign(how, key, new Uint8Array(data))),
      },
    })
    expect(made.signatureInput).toBe(request.fields['signature-input'])
    const fields = {
      'signature-input': made.signatureInput,
      signature: made.signature,
      ...bodyField(request),
    }
    expect(startVectorGate()(request, fields)).toMatchObject({ kind: 'held' })
  })
})

// The library itself asks for r and s side by side.
const signer = ({ alg }: RequestVector, id: string) =>
  createSigner(alg === 'hmac-sha256' ? secret : createPrivateKey({ format: 'jwk', key: pair }), alg, id)
const verifier = ({ alg }: RequestVector) =>
  createVerifier(alg === 'hmac-sha256' ? secret : createPublicKey({ format: 'jwk', key: publicHalf }), alg)

describe.each(named)('http-message-signatures, %s', (_name, request) => {
  const { method, target: url, alg, created } = request
  const { keyid } = vectors.keys[alg]

  const verifyThere = (headers: Record<string, string>, target = url) =>
    httpbis.verifyMessage(
      {
        keyLookup: (parameters) =>
          Promise.resolve(parameters.keyid === keyid ? { id: keyid, verify: verifier(request) } : null),
        requiredParams: parameterNames,
        requiredFields: componentsOf(request),
      },
      { method, url: target, headers },
    )

  it('verifies what we signed, and nothing else', async () => {
    expect(await verifyThere(fieldsOf(request))).toBe(true)
    expect(await verifyThere(fieldsOf(request), `${url}x`)).toBe(false)
  })

  it('signs what we hold', async () => {
    const signed = await httpbis.signMessage(
      {
        key: signer(request, keyid),
        name: 'sekisho',
        params: parameterNames,
        fields: componentsOf(request),
        paramValues: {
          created: new Date(created * 1000),
          nonce: nonceOf(request),
          keyid,
          tag: 'sekisho-proof',
        },
      },
      { method, url, headers: bodyField(request) },
    )
    const fields = Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    )
    expect(fields['signature-input']).toBe(request.fields['signature-input'])
    expect(startVectorGate()(request, fields)).toMatchObject({ kind: 'held' })
  })
})
