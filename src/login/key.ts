/** The set-up key: what every password record and signature depends on, kept apart from the database. */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { ready, server } from '@serenity-kit/opaque'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'
import { equalInConstantTime } from '../kit/constant-time.ts'
import { GateFault } from '../kit/fault.ts'
import { Secret } from '../kit/secret.ts'
import type { MetaStore } from '../store/store.ts'

/** What a sub-key is for; a key never serves two purposes (NIST SP 800-57 part 1, section 5.2). */
export type KeyPurpose =
  | 'audit-chain'
  | 'login-state'
  | 'password-change'
  | 'step-up'
  | 'known-browser'
  | 'key-check'
  | 'assertion'
  | 'session-hash'
  | 'proof-key'

export interface KeyRing {
  /** OPAQUE's server set-up (RFC 9807 section 6): OPRF seed and key pair. Losing it voids every password. */
  readonly opaqueSetup: Secret
  /** 32 bytes; the same purpose always gives the same key. */
  subKey(purpose: KeyPurpose): Secret<Uint8Array>
  /** The one line of text that the key is kept as. */
  line(): Secret
}

const version = 'sekisho-key-1'
const masterBytes = 32
const remedy = 'Restore it from your backup, or remove it to start with a new key and set the password again.'

/** A new key from the system's generator. */
export async function makeKeyRing(): Promise<KeyRing> {
  await ready
  return keyRing(randomBytes(masterBytes), server.createSetup())
}

/** `origin` says in messages where the line came from. */
export async function parseKeyRing(text: string, origin: string): Promise<KeyRing> {
  const parts = text.replace(/\r?\n$/, '').split(':')
  const [name, masterText, setup] = parts
  if (parts.length !== 3 || name !== version || masterText === undefined || setup === undefined) {
    throw invalid(origin, `is not one line of the form ${version}:…:…`)
  }
  const master = parseBase64url(masterText)
  if (master?.length !== masterBytes) throw invalid(origin, 'has a damaged second part')
  await ready
  try {
    server.getPublicKey(setup)
  } catch {
    // The library's words could quote the key; ours don't.
    throw invalid(origin, 'has a damaged third part')
  }
  return keyRing(master, setup)
}

/** Throws when the database was made with another key: its records and chains could not be read with this one. */
export async function bindKeyRing(keys: KeyRing, meta: MetaStore): Promise<void> {
  const check = keyCheck(keys)
  const standing = await meta.getOrSet('key-check', check)
  if (equalInConstantTime(standing, check)) return
  throw new GateFault(
    'key-invalid',
    'The set-up key is not the one that this database was made with. Put the right key back, or start with an ' +
      'empty state directory and set the password again.',
  )
}

/** The same question without an answer being kept; `unknown`: the database was never bound to a key. */
export async function matchesDatabase(
  keys: KeyRing,
  meta: Pick<MetaStore, 'get'>,
): Promise<'fits' | 'differs' | 'unknown'> {
  const standing = await meta.get('key-check')
  if (standing === undefined) return 'unknown'
  return equalInConstantTime(standing, keyCheck(keys)) ? 'fits' : 'differs'
}

function keyCheck(keys: KeyRing): string {
  return createHmac('sha256', keys.subKey('key-check').reveal())
    .update(`${version}:${keys.opaqueSetup.reveal()}`)
    .digest('base64url')
}

function keyRing(master: Uint8Array, setup: string): KeyRing {
  return {
    opaqueSetup: new Secret(setup),
    subKey: (purpose) => {
      // RFC 5869: no salt is needed, since the master is uniformly random; `info` keeps the purposes apart.
      return new Secret(new Uint8Array(hkdfSync('sha256', master, '', `sekisho/1/${purpose}`, 32)))
    },
    line: () => new Secret(`${version}:${toBase64url(master)}:${setup}`),
  }
}

function invalid(origin: string, what: string): GateFault {
  return new GateFault('key-invalid', `The set-up key in ${origin} ${what}. ${remedy}`)
}
