/** What somebody on the way can do to the last message of a login, without the password and without the login's key. */
import { KeyPair } from '../rig/key-pair.ts'
import { originAt, plain, secure } from './browser.ts'
import type { ReadyLogin } from './conversation.ts'
import type { Site } from './message.ts'
import type { LoginTamper } from './steps.ts'

interface Meddled {
  /** Not always one that can be read. */
  readonly message: unknown
  readonly site: Site
}

/** `second`: another login that was overheard, the attacker's own perhaps. */
export function meddle(how: LoginTamper, { message, site }: ReadyLogin, second: ReadyLogin): Meddled {
  const { publicKey } = new KeyPair()
  const alg = 'ecdsa-p256-sha256' as const
  const { mac } = message.key
  switch (how) {
    case 'nothing':
      return { message, site }
    case 'a key of its own under its own MAC': {
      // The session key is what it lacks: any other does as well.
      const guessed = Buffer.alloc(64).toString('base64url')
      return { message: { ...message, key: new KeyPair().offer(guessed, originAt(site)) }, site }
    }
    case 'a key of its own under the MAC of the browser':
      return { message: { ...message, key: { alg, publicKey, mac } }, site }
    case 'a key of its own under the MAC of an own login':
      return { message: { ...message, key: second.message.key }, site }
    case 'another kind of key': {
      const isShared = message.key.alg === 'hmac-sha256'
      return {
        message: { ...message, key: isShared ? { alg, publicKey, mac } : { alg: 'hmac-sha256', mac } },
        site,
      }
    }
    case 'another origin':
      return { message, site: { ...site, host: 'phish.example' } }
    case 'plain instead of TLS':
      return { message, site: site.scheme === 'http' ? secure : plain }
    case "another login's state":
      return { message: { ...message, state: second.message.state }, site }
    case "another login's proof":
      return { message: { ...message, finishLoginRequest: second.message.finishLoginRequest }, site }
    case 'a proof of nothing':
      return { message: { ...message, finishLoginRequest: Buffer.alloc(64, 7).toString('base64url') }, site }
    case 'no key': {
      const { finishLoginRequest, state } = message
      return { message: { finishLoginRequest, state }, site }
    }
  }
}
