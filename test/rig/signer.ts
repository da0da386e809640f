/** Signs requests as the page's script does: the keys that logins enrolled, by the cookie or the token that they belong to. */
import { randomBytes } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { paths, type Enter } from '../../src/contract/contract.ts'
import {
  challengeField,
  digestField,
  enterText,
  parseChallenge,
  proofFields,
  signatureParameters,
  type Challenge,
  type ProofKeyOffer,
} from '../../src/contract/proof.ts'
import type { ProofKey } from '../../src/store/rows.ts'
import { KeyPair, sha256, writeProof } from './key-pair.ts'
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
  readonly pair = new KeyPair()
  readonly #instance = randomBytes(12).toString('base64url')
  #counter = 0
  /** The last one that the gate sent, or one for each request. */
  #challenge: (() => Challenge | undefined) | undefined

  get keyid(): string {
    return this.pair.keyid
  }

  get row(): ProofKey {
    return this.pair.row
  }

  offer(sessionKey: string, origin: string): ProofKeyOffer {
    return this.pair.offer(sessionKey, origin)
  }

  /** For a code that a login host brought, as the page of this origin sends it: this is the trip's key, the other the session's. */
  enter(code: string, origin: string, session: Signer): Enter {
    const { publicKey } = session.pair
    const signature = this.pair.sign(enterText(origin, code, publicKey)).toString('base64url')
    return { code, publicKey, signature }
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
      said === undefined ? undefined : { name, value: digestField(sha256(said).toString('base64')) }
    const parameters = signatureParameters(covered?.name, {
      ...{ created: at, epoch, keyid: this.keyid },
      ...{ instance: this.#instance, counter },
    })
    const target = origin + path.replace(/^([^?]*)\?$/, '$1')
    return writeProof({ method, target, ...(covered && { covered }) }, parameters, this.pair)
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
