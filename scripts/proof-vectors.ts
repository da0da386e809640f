/** The test vectors of docs/reference/proof-vectors.json: requests, and what each has to become when it is signed. */
import { createHash, createHmac, createPrivateKey, hkdfSync, sign, verify } from 'node:crypto'
import {
  describePart,
  digestField,
  enrolmentInfo,
  enrolmentText,
  enterText,
  macKeyIdText,
  macKeyInfo,
  proofAlgorithms,
  proofFields,
  proofLabel,
  signatureBase,
  signatureParameters,
  thumbprintText,
  writeChallenge,
  type Challenge,
  type CoveredBody,
  type ProofAlgorithm,
} from '../src/contract/proof.ts'
import { makeEpochs } from '../src/proof/epochs.ts'
import { vectorLogin } from './proof-vector-login.ts'
import { vectorRequests, type FormPart, type VectorRequest } from './proof-vector-requests.ts'

export interface VectorKey {
  readonly alg: ProofAlgorithm
  readonly keyid: string
  /** Of the elliptic curve; the public half for a program's token is `publicKey`, SEC 1, uncompressed, base64url. */
  readonly jwk?: {
    readonly kty: string
    readonly crv: string
    readonly x: string
    readonly y: string
    readonly d: string
  }
  readonly publicKey?: string
  /** base64url. */
  readonly secret?: string
}

export interface RequestVector extends Omit<VectorRequest, 'form'> {
  readonly form?: readonly (FormPart & { readonly line: string })[]
  readonly target: string
  readonly covered?: { readonly name: CoveredBody; readonly value: string }
  readonly parameters: string
  readonly base: string
  readonly fields: { readonly 'signature-input': string; readonly signature: string }
}

export interface EnrolmentVector {
  readonly name: string
  readonly origin: string
  /** The 64 bytes of OPAQUE, base64url. */
  readonly sessionKey: string
  readonly alg: ProofAlgorithm
  readonly publicKey?: string
  /** HKDF's answer, base64url. */
  readonly enrolmentKey: string
  readonly text: string
  readonly mac: string
  /** For `hmac-sha256`: what requests are then signed with, and its keyid. */
  readonly macKey?: string
  readonly keyid: string
}

export interface EnterVector {
  readonly origin: string
  readonly code: string
  /** Of the session to be. */
  readonly publicKey: string
  readonly text: string
  /** By the key of the way there: r and s, base64url. */
  readonly signature: string
}

export interface ProofVectors {
  readonly about: string
  readonly keys: Readonly<Record<ProofAlgorithm, VectorKey>>
  readonly challenge: Challenge & { readonly field: string }
  readonly requests: readonly RequestVector[]
  readonly enrolments: readonly EnrolmentVector[]
  readonly enter: EnterVector
  readonly login: typeof vectorLogin
}

/** `test-key-ecc-p256` of RFC 9421, B.1.3: everybody's, so nobody takes it for a secret of ours. */
const jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
  y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
  d: 'UpuF81l-kOxbjf7T4mNSv0r5tN67Gim7rnf6EFpcYDs',
} as const
/** `test-shared-secret` of RFC 9421, B.1.5, which is as long as OPAQUE's session key. */
const sessionKey = Buffer.from(
  'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
  'base64',
)

/** What the gate of these vectors would have made its epoch with. */
export const vectorGate = { key: Buffer.alloc(32, 7), owner: 'nobody', issuedAt: 1_700_000_000_250 } as const

const sha256 = (...pieces: readonly (string | Uint8Array)[]) =>
  pieces.reduce((hash, piece) => hash.update(piece), createHash('sha256')).digest()
const derive = (info: string) => Buffer.from(hkdfSync('sha256', sessionKey, '', info, 32))

const macKey = derive(macKeyInfo)
const pointOf = (x: string, y: string) =>
  Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString(
    'base64url',
  )
const publicKey = pointOf(jwk.x, jwk.y)
/** The public half of RFC 7515, A.3.1. */
const anotherPublicKey = pointOf(
  'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
)

const keys = {
  'ecdsa-p256-sha256': {
    alg: 'ecdsa-p256-sha256',
    keyid: sha256(thumbprintText(jwk.x, jwk.y)).toString('base64url'),
    jwk,
    publicKey,
  },
  'hmac-sha256': {
    alg: 'hmac-sha256',
    keyid: sha256(macKeyIdText, macKey).toString('base64url'),
    secret: macKey.toString('base64url'),
  },
} as const satisfies Record<ProofAlgorithm, VectorKey>

/** `before`: the file as it stands, whose ECDSA signatures are kept where they still hold: each new one is another. */
export function makeProofVectors(before?: ProofVectors): ProofVectors {
  const epoch = makeEpochs(vectorGate.key).issue(vectorGate.owner, vectorGate.issuedAt)
  const challenge = {
    epoch,
    at: Math.floor(vectorGate.issuedAt / 1000),
    keyid: keys['ecdsa-p256-sha256'].keyid,
  }
  return {
    about:
      'Test vectors of docs/reference/proof.md. The key pair is test-key-ecc-p256 and the session key test-shared-secret of ' +
      'RFC 9421, appendix B.1. ECDSA signatures differ each time: yours has to verify, and these have to with you.',
    keys,
    challenge: { ...challenge, field: writeChallenge(challenge) },
    requests: vectorRequests.map((request) =>
      vectorOf(
        request,
        epoch,
        before?.requests.find(({ name }) => name === request.name),
      ),
    ),
    enrolments: proofAlgorithms.map(enrolmentOf),
    enter: enterOf(before?.enter),
    login: vectorLogin,
  }
}

function vectorOf(request: VectorRequest, epoch: string, before: RequestVector | undefined): RequestVector {
  const { form: parts, ...rest } = request
  const { alg, method, url, created, instance, counter } = rest
  const { origin, pathname, search } = new URL(url)
  const target = `${origin}${pathname}${search}`
  const form = parts?.map((part) => ({ ...part, line: describePart(part.name, part.filename, part.size) }))
  const covered = coveredOf(request, form)
  const { keyid } = keys[alg]
  const parameters = signatureParameters(covered?.name, { created, epoch, instance, counter, keyid })
  const base = signatureBase({ method, target, ...(covered && { covered }) }, parameters)
  return {
    ...rest,
    ...(form && { form }),
    target,
    ...(covered && { covered }),
    parameters,
    base,
    fields: {
      [proofFields.input]: `${proofLabel}=${parameters}`,
      [proofFields.signature]: keptSignature(alg, base, before) ?? `${proofLabel}=:${signed(alg, base)}:`,
    },
  }
}

function coveredOf(
  { body }: VectorRequest,
  form: readonly { readonly line: string }[] | undefined,
): RequestVector['covered'] {
  if (form !== undefined) {
    const lines = form.map(({ line }) => line).join('')
    return { name: proofFields.parts, value: digestField(sha256(lines).toString('base64')) }
  }
  if (body === undefined) return undefined
  return { name: proofFields.digest, value: digestField(sha256(body).toString('base64')) }
}

const privateKey = createPrivateKey({ format: 'jwk', key: jwk })
const ecdsa = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const

function signed(alg: ProofAlgorithm, base: string): string {
  switch (alg) {
    case 'ecdsa-p256-sha256':
      return sign('sha256', Buffer.from(base), ecdsa).toString('base64')
    case 'hmac-sha256':
      return createHmac('sha256', macKey).update(base).digest('base64')
  }
}

function keptSignature(
  alg: ProofAlgorithm,
  base: string,
  before: RequestVector | undefined,
): string | undefined {
  if (alg !== 'ecdsa-p256-sha256' || before?.base !== base) return undefined
  const bytes = Buffer.from(before.fields.signature.slice(`${proofLabel}=:`.length, -1), 'base64')
  return verify('sha256', Buffer.from(base), ecdsa, bytes) ? before.fields.signature : undefined
}

function enterOf(before: EnterVector | undefined): EnterVector {
  const [origin, code] = ['https://demo.example.org', 'a-code_of-the-login-host']
  const text = enterText(origin, code, anotherPublicKey)
  const isKept =
    before?.text === text &&
    verify('sha256', Buffer.from(text), ecdsa, Buffer.from(before.signature, 'base64url'))
  const signature = isKept ? before.signature : sign('sha256', Buffer.from(text), ecdsa).toString('base64url')
  return { origin, code, publicKey: anotherPublicKey, text, signature }
}

function enrolmentOf(alg: ProofAlgorithm): EnrolmentVector {
  const isPair = alg === 'ecdsa-p256-sha256'
  const origin = isPair ? 'https://demo.example.org' : 'http://192.0.2.7:8484'
  const enrolmentKey = derive(enrolmentInfo)
  const text = enrolmentText(alg, origin, isPair ? publicKey : '')
  return {
    name: isPair ? 'a key pair' : 'a secret key, where there is no HTTPS',
    origin,
    sessionKey: sessionKey.toString('base64url'),
    alg,
    ...(isPair ? { publicKey } : {}),
    enrolmentKey: enrolmentKey.toString('base64url'),
    text,
    mac: createHmac('sha256', enrolmentKey).update(text).digest('base64url'),
    ...(isPair ? {} : { macKey: macKey.toString('base64url') }),
    keyid: keys[alg].keyid,
  }
}
