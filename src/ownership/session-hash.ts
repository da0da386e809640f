/** Names of Gradio sessions: upstream, a client's session_hash carries a MAC under its owner's key. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { equalInConstantTime } from '../kit/constant-time.ts'
import { randomToken } from '../kit/random.ts'
import type { Secret } from '../kit/secret.ts'
import type { Owner } from './owner.ts'
import type { SessionNames } from './ownership.ts'
import { Recent } from '../kit/recent.ts'

/**
 * What clients make: `Math.random().toString(36)` in the browser (js/client/src/client.ts), a UUID in Python
 * (gradio_client/client.py 2.7). The dot stands in neither, so the long form is never taken for a short one.
 */
const short = /^[A-Za-z0-9_-]{1,64}$/
const long = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})$/
/**
 * Stands before what the gate makes: such a session belongs to one call, and no client may name it for another one. Its
 * stream then brings that call's results and no others (learn-outputs.ts).
 */
const made = 'gate_'
/** 132 bits of the MAC; NIST SP 800-107 section 5.3.3 asks for 32 at least, and forging it online is one try a request. */
const macLength = 22

/** Keys of owners that are kept at hand; deriving one costs a few microseconds. */
const mostKeys = 10_000
/** Names that were given lately: a call is joined, heard and cancelled under one. */
const mostNames = 20_000

/** Whether the gate made it for one call. */
export function isOfOneCall(upstream: string): boolean {
  return upstream.startsWith(made)
}

export interface SessionHashParts {
  /** Of the purpose `session-hash`. */
  readonly key: Secret<Uint8Array>
  /** Two gates that share a key but not a state form different names. */
  readonly instance: string
}

export class SessionHashes {
  readonly #parts: SessionHashParts
  readonly #keys = new Recent<KeyObject>(mostKeys)
  readonly #names = new Recent<SessionNames>(mostNames)

  constructor(parts: SessionHashParts) {
    this.#parts = parts
  }

  /**
   * Undefined: malformed, a long form that isn't this owner's, or a name that only the gate gives. What has a MAC that doesn't
   * fit never gets another one.
   */
  name(owner: Owner, given: string): SessionNames | undefined {
    return given.startsWith(made) ? undefined : this.#read(owner, given)
  }

  /** The same for the addresses of streamed media, which hold the upstream form of any session. */
  nameMedia(owner: Owner, given: string): SessionNames | undefined {
    return given.startsWith(made) && short.test(given) ? undefined : this.#read(owner, given)
  }

  /** For one call. */
  make(owner: Owner): SessionNames {
    const client = `${made}${randomToken(16)}`
    return { client, upstream: `${client}.${this.#mac(owner, client)}` }
  }

  #read(owner: Owner, given: string): SessionNames | undefined {
    if (short.test(given)) return this.#nameShort(owner, given)
    // Gradio hands the long form back where a session stands in an address: FileData of streamed media, playlists.
    const [, client, mac] = long.exec(given) ?? []
    if (client === undefined || mac === undefined) return undefined
    return equalInConstantTime(mac, this.#mac(owner, client)) ? { client, upstream: given } : undefined
  }

  #nameShort(owner: Owner, client: string): SessionNames {
    // No short name has a blank in it, so no two pairs of owner and name make one key.
    const key = `${client} ${owner}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const names = { client, upstream: `${client}.${this.#mac(owner, client)}` }
    this.#names.set(key, names)
    return names
  }

  #mac(owner: Owner, client: string): string {
    return createHmac('sha256', this.#keyOf(owner)).update(client).digest('base64url').slice(0, macLength)
  }

  /** As an object: Node 24 takes six times as long to begin a MAC with bytes. */
  #keyOf(owner: Owner): KeyObject {
    const known = this.#keys.get(owner)
    if (known !== undefined) return known
    const { key, instance } = this.#parts
    // RFC 5869: the lengths before the texts, so that no instance and owner read like another pair.
    const info = `${instance.length}:${instance}:${owner}`
    const made = createSecretKey(new Uint8Array(hkdfSync('sha256', key.reveal(), '', info, 32)))
    this.#keys.set(owner, made)
    return made
  }
}
