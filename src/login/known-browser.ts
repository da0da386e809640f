/** Browsers that signed in before: a signed cookie that opens nothing, but waits in a queue of its own. */
import { createHmac, hash, randomBytes } from 'node:crypto'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'
import { equalInConstantTime } from '../kit/constant-time.ts'
import type { Secret } from '../kit/secret.ts'
import type { PasswordRow } from '../store/rows.ts'
import type { Branded } from '../kit/brand.ts'

/** Stands for one registration of the password, in sealed states and known-browser cookies. */
export type PasswordMark = Branded<string, 'PasswordMark'>

/** As long as any other, since the length of a sealed state is for everybody to see. */
const noMark = 'none'.padEnd(22, '-')

/** A record is never made twice (its envelope nonce is random), so its hash names the registration. */
export function markOf(row: PasswordRow | undefined): PasswordMark {
  return (row === undefined ? noMark : hash('sha256', row.record, 'base64url').slice(0, 22)) as PasswordMark
}

export interface KnownBrowser {
  readonly id: string
  /** The password that it signed in with; an older one is no proof of knowing today's. */
  readonly mark: string
}

export interface KnownBrowsers {
  /** A cookie value for a browser that has just signed in. */
  make(mark: PasswordMark, now: number): string
  /** Undefined for a forged, foreign or expired one: a stranger's. */
  read(value: string, now: number): KnownBrowser | undefined
}

const lifeMs = 90 * 24 * 60 * 60 * 1000
export const knownBrowserSeconds = lifeMs / 1000

const form = /^([A-Za-z0-9_-]{22})\.([0-9]{1,11})\.([A-Za-z0-9_-]{4,22})\.([A-Za-z0-9_-]{43})$/

export function makeKnownBrowsers(key: Secret<Uint8Array>, instance: string): KnownBrowsers {
  const sign = (id: string, issued: string, mark: string) =>
    createHmac('sha256', key.reveal()).update(`${instance}.${id}.${issued}.${mark}`).digest('base64url')
  return {
    make: (mark, now) => {
      const id = toBase64url(randomBytes(16))
      const issued = String(Math.floor(now / 1000))
      return `${id}.${issued}.${mark}.${sign(id, issued, mark)}`
    },
    read: (value, now) => {
      const [, id, issued, mark, signature] = form.exec(value) ?? []
      if (id === undefined || issued === undefined || mark === undefined || signature === undefined)
        return undefined
      if (parseBase64url(id) === undefined || !equalInConstantTime(signature, sign(id, issued, mark)))
        return undefined
      const age = now - Number(issued) * 1000
      return age < lifeMs ? { id, mark } : undefined
    },
  }
}
