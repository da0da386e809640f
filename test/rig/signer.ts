/** Signs requests as the page's script does: the keys that logins enrolled, by the cookie or the token that they belong to. */
import {
  createHash,
  createHmac,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { paths, type Enter } from '../../src/contract/contract.ts'
import {
  challengeField,
  digestField,
  enrolmentInfo,
  enrolmentText,
  enterText,
  parseChallenge,
  proofFields,
  proofLabel,
  signatureBase,
  signatureParameters,
  thumbprintText,
  type Challenge,
  type ProofKeyOffer,
} from '../../src/contract/proof.ts'
import type { ProofKey } from '../../src/store/rows.ts'
import { signWhatIsFetched } from './signing-dispatcher.ts'

export interface Unsigned {
  readonly method: string
  /** Scheme, host and port as the gate sees them. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  readonly body?: string | Uint8Array
  /** Of a form that streams, in place of its body: what `describePart` says of all. */
  readonly parts?: string
}

/** One key, and one instance: a document, or a program. */
export class Signer {
  readonly #privateKey: KeyObject
  readonly #publicKey: string
  readonly #instance = randomBytes(12).toString('base64url')
  readonly keyid: string
  #counter = 0
  /** The last one that the gate sent, or one for each request. */
  #challenge: (() => Challenge | undefined) | undefined

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
    this.#privateKey = privateKey
    this.#publicKey = point.toString('base64url')
    this.keyid = createHash('sha256').update(thumbprintText(x, y)).digest('base64url')
  }

  /** As it stands in the store. */
  get row(): ProofKey {
    return { alg: 'ecdsa-p256-sha256', keyid: this.keyid, key: this.#publicKey }
  }

  /** For the last message of a login; `sessionKey`: OPAQUE's, base64url. */
  offer(sessionKey: string, origin: string): ProofKeyOffer {
    const key = Buffer.from(hkdfSync('sha256', Buffer.from(sessionKey, 'base64url'), '', enrolmentInfo, 32))
    const text = enrolmentText('ecdsa-p256-sha256', origin, this.#publicKey)
    const mac = createHmac('sha256', key).update(text).digest('base64url')
    return { alg: 'ecdsa-p256-sha256', publicKey: this.#publicKey, mac }
  }

  /** For a code that a login host brought, as the page of this origin sends it: this is the trip's key, the other the session's. */
  enter(code: string, origin: string, session: Signer): Enter {
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const
    const publicKey = session.#publicKey
    const text = enterText(origin, code, publicKey)
    return { code, publicKey, signature: sign('sha256', Buffer.from(text), key).toString('base64url') }
  }

  get challenge(): Challenge | undefined {
    return this.#challenge?.()
  }

  /** From now on they come from here, whatever the gate sends. */
  challengeBy(source: () => Challenge | undefined): void {
    this.#challenge = source
  }

  /** Takes note of a challenge, if the answer brought one. */
  hear(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean {
    const field = headers[challengeField]
    const challenge = parseChallenge(typeof field === 'string' ? field : undefined)
    if (challenge !== undefined) this.#challenge = () => challenge
    return challenge !== undefined
  }

  /** Asks the gate for a challenge, as a page does when it begins. */
  async ask(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(new URL(paths.challenge, url), { headers: { ...headers, connection: 'close' } }, resolve).on(
        'error',
        reject,
      )
    })
    answer.resume()
    this.hear(answer.headers)
  }

  /** For a request and its repetition: if the first was taken, the second is refused. */
  count(): number {
    return ++this.#counter
  }

  /** The fields of a signed request; each counts on, unless it repeats one. */
  sign({ method, origin, path, body, parts }: Unsigned, counter = this.count()): Record<string, string> {
    const { challenge } = this
    if (challenge === undefined) throw new TypeError('There is no challenge to answer yet.')
    const { epoch, at } = challenge
    const [name, said] =
      parts === undefined ? ([proofFields.digest, body] as const) : ([proofFields.parts, parts] as const)
    const covered =
      said === undefined
        ? undefined
        : { name, value: digestField(createHash('sha256').update(said).digest('base64')) }
    const parameters = signatureParameters(covered?.name, {
      ...{ created: at, epoch, keyid: this.keyid },
      ...{ instance: this.#instance, counter },
    })
    const target = origin + path.replace(/^([^?]*)\?$/, '$1')
    const base = signatureBase({ method, target, ...(covered && { covered }) }, parameters)
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = sign('sha256', Buffer.from(base), key).toString('base64')
    return {
      [proofFields.input]: `${proofLabel}=${parameters}`,
      [proofFields.signature]: `${proofLabel}=:${signature}:`,
      ...(covered !== undefined && { [covered.name]: covered.value }),
    }
  }
}

const signers = new Map<string, Signer>()

/** From now on whoever sends this Cookie header to this gate has the key. */
export function rememberSigner(url: string, cookie: string, signer: Signer): void {
  signWhatIsFetched()
  for (const pair of cookie.split('; ')) if (isSession(pair)) signers.set(keyOf(url, pair), signer)
}

/** The key of the session in a Cookie header, if a login of this process enrolled it. */
export function findSigner(url: string, cookie: string | undefined): Signer | undefined {
  return cookie
    ?.split('; ')
    .map((pair) => signers.get(keyOf(url, pair)))
    .find((signer) => signer !== undefined)
}

/** A port is a gate, whatever it is called. */
function keyOf(url: string, pair: string): string {
  return `${new URL(url).port} ${pair}`
}

/** The mark of a known browser outlives its sessions. */
function isSession(pair: string): boolean {
  return !pair.startsWith('__Host-sekisho-known-') && !pair.startsWith('sekisho-known-')
}
