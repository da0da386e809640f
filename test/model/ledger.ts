/** What was rightly begun, against what the gate did: each rule that must hold is a `fail` here. */
import { proofFields } from '../../src/contract/proof.ts'
import { mostInstances } from '../../src/proof/windows.ts'
import type { SessionRow } from '../../src/store/rows.ts'
import { sha256 } from '../rig/key-pair.ts'
import { digestOf, plainTarget, type Message } from './message.ts'
import type { ModelKey } from './keys.ts'

export class Broken extends Error {}

interface SignedCall {
  readonly session: string
  readonly what: string
  times: number
  /** What an honest browser asked for so. */
  readonly asked: object | undefined
}

interface RightLogin {
  readonly key: ModelKey
  readonly account: string
  /** Of the page that it was made in. */
  readonly origin: string
  used: boolean
}

export class Ledger {
  readonly #signed = new Map<string, SignedCall>()
  readonly #logins = new Map<string, RightLogin>()
  readonly #done = new WeakSet<object>()

  /** Somebody who knows the password of `account` made this proof, for this key. */
  noteLogin(finishLoginRequest: string, login: Omit<RightLogin, 'used'>): void {
    this.#logins.set(finishLoginRequest, { ...login, used: false })
  }

  /** A session only for who knew the password, with the key that came with it, once. */
  checkSession(finishLoginRequest: string, { account, proofKey }: SessionRow, origin: string): void {
    const login = this.#logins.get(finishLoginRequest)
    if (login === undefined) throw new Broken('a session for a proof that nobody made')
    if (login.used) throw new Broken('two sessions for one proof')
    if (login.origin !== origin) throw new Broken('a session at another site than it was asked for at')
    if (login.account !== account) throw new Broken('a session of another account')
    if (login.key.keyid !== proofKey?.keyid) throw new Broken("a session with a key that isn't the browser's")
    login.used = true
  }

  /** Whoever has the session's key signed this. `asked`: the same for a request and what repeats it. */
  noteSigned(message: Message, session: string, asked?: object): void {
    const name = nameOf(message)
    if (name === undefined) return
    // What is repeated under the same challenge has the same name.
    const times = this.#signed.get(name)?.times ?? 0
    this.#signed.set(name, { session, what: meaningOf(message), times, asked })
  }

  /** A call that was done: signed by the key of its session, as it was signed, at most once; as often as it was asked for. */
  checkDone(message: Message, session: string): void {
    const name = nameOf(message)
    const signed = name === undefined ? undefined : this.#signed.get(name)
    if (signed === undefined) throw new Broken('done although nobody signed it')
    if (signed.session !== session) throw new Broken('done in another session than it was signed for')
    if (signed.what !== meaningOf(message)) throw new Broken('done otherwise than it was signed')
    if (++signed.times > 1) throw new Broken('done twice')
    // A stream that broke off is opened again.
    if (signed.asked === undefined || message.method === 'GET') return
    if (this.#done.has(signed.asked)) throw new Broken('done again, although it was asked for once')
    this.#done.add(signed.asked)
  }

  /** `sessions`: how many there ever were. */
  checkSize(size: { readonly owners: number; readonly instances: number }, sessions: number): void {
    if (size.owners > sessions) throw new Broken('windows are kept for more sessions than there were')
    if (size.instances > size.owners * mostInstances) throw new Broken('more windows than a session may have')
  }
}

/** What a signature says of itself names it: epoch, document, counter and key. */
function nameOf({ headers }: Message): string | undefined {
  return /nonce="([^"]+)";keyid="([^"]+)"/.exec(headers[proofFields.input] ?? '')?.[0]
}

/** Of uploads the names and sizes, as the contract says; of everything else every byte. */
function meaningOf(message: Message): string {
  const { method, target, site } = message
  const parts = [method, site.scheme, site.host, plainTarget(target), digestOf(message) ?? '']
  return sha256(parts.join('\n')).toString('hex')
}
