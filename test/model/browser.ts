/** An honest browser, which does what the gate's page and the page's script do: signs in, signs, repeats once. */
import { randomBytes } from 'node:crypto'
import type { LoginFinish } from '../../src/contract/contract.ts'
import type { Challenge } from '../../src/contract/proof.ts'
import type { LoginAsker } from '../../src/login/asker.ts'
import { KeyPair } from '../rig/key-pair.ts'
import { finishKnocked, type Knocked } from '../rig/login-rig.ts'
import { SharedKey, type ModelKey } from './keys.ts'
import { signMessage, unsignedMessage, type Message, type Site, type Wanted } from './message.ts'

export const secure: Site = { scheme: 'https', host: 'app.example' }
/** Where there is no WebCrypto: `--insecure-http`. */
export const plain: Site = { scheme: 'http', host: 'app.example' }

export const originAt = ({ scheme, host }: Site) => `${scheme}://${host}`

export const askerAt = (site: Site): LoginAsker => ({
  ...{ address: '192.0.2.1', userAgent: 'Model/1', cookies: undefined, at: site },
})

/** KE3 and the key, if the password is right. */
export function finishLogin(begun: Knocked, site: Site) {
  const finished = finishKnocked(begun)
  if (finished === undefined) return undefined
  const { sessionKey, finishLoginRequest } = finished
  const key: ModelKey = site.scheme === 'http' ? new SharedKey(sessionKey) : new KeyPair()
  const offer = key.offer(sessionKey, originAt(site))
  const message: LoginFinish & Required<Pick<LoginFinish, 'key'>> = {
    finishLoginRequest,
    state: begun.answer.state,
    key: offer,
  }
  return { key, message }
}

/** Something that was asked for once, however often it is sent. */
export interface Asked {
  readonly message: Message
  readonly document: number
  /** Of its first signature. */
  counter?: number
}

interface Document {
  readonly instance: string
  counter: number
}

/** One login in one browser. */
export class Browser {
  readonly site: Site
  readonly key: ModelKey
  readonly cookie: string
  readonly session: string
  readonly #documents: Document[] = []
  readonly #note: (message: Message, session: string, asked: Asked | undefined) => void
  readonly #countsOn: boolean
  #challenge: (Challenge & { readonly heardAt: number }) | undefined

  /** `note`: is told of everything that is signed. `countsOn`: it is careless, and a repetition has a counter of its own. */
  constructor(
    found: Pick<Browser, 'site' | 'key' | 'cookie' | 'session'>,
    note: (message: Message, session: string, asked: Asked | undefined) => void,
    countsOn = false,
  ) {
    this.#note = note
    this.#countsOn = countsOn
    this.site = found.site
    this.key = found.key
    this.cookie = found.cookie
    this.session = found.session
  }

  hear(challenge: Challenge | undefined, now: number): void {
    if (challenge !== undefined) this.#challenge = { ...challenge, heardAt: now }
  }

  ask(wanted: Wanted, text: string, document: number): Asked {
    const bare = unsignedMessage(wanted, text, this.site)
    return { message: { ...bare, headers: { ...bare.headers, cookie: this.cookie } }, document }
  }

  /** Without a challenge yet the request goes out unsigned, and its refusal brings one. */
  send(asked: Asked, now: number): Message {
    return this.sign(asked.message, asked.document, now, asked)
  }

  sign(message: Message, nth: number, now: number, asked?: Asked): Message {
    if (this.#challenge === undefined) return message
    const { epoch, at, heardAt } = this.#challenge
    const document = (this.#documents[nth] ??= {
      instance: randomBytes(12).toString('base64url'),
      counter: 0,
    })
    const { instance } = document
    // By a clock that never goes back, as performance.now() doesn't.
    const created = at + Math.floor(Math.max(0, now - heardAt) / 1000)
    const keeps = message.method !== 'GET' && !this.#countsOn
    const counter = (keeps ? asked?.counter : undefined) ?? ++document.counter
    if (asked !== undefined) asked.counter = counter
    const parameters = { created, epoch, instance, counter, keyid: this.key.keyid }
    const signed = signMessage(message, parameters, this.key)
    this.#note(signed, this.session, asked)
    return signed
  }
}
