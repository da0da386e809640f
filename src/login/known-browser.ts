/** Browsers that signed in before: a signed cookie that opens nothing, but waits in a queue of its own. */
import { createHmac, hash, randomBytes } from 'node:crypto'
import { addressKey } from '../kit/address-key.ts'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'
import type { Branded } from '../kit/brand.ts'
import { equalInConstantTime } from '../kit/constant-time.ts'
import type { Secret } from '../kit/secret.ts'
import type { AccountId, PasswordRow } from '../store/rows.ts'

/** Stands for one registration of the password, in sealed states and known-browser cookies. */
export type PasswordMark = Branded<string, 'PasswordMark'>

const noMark = 'none'

/** A record is never made twice (its envelope nonce is random), so its hash names the registration. */
export function markOf(row: Pick<PasswordRow, 'record'> | undefined): PasswordMark {
  return (row === undefined ? noMark : hash('sha256', row.record, 'base64url').slice(0, 22)) as PasswordMark
}

export interface KnownBrowser {
  readonly id: string
  /** The password that it signed in with; an older one is no proof of knowing today's. */
  readonly mark: string
  /** It asks from the address where somebody signed in with it: a copy of the cookie mostly doesn't. */
  readonly atHome: boolean
}

export interface Where {
  readonly address: string
  readonly now: number
}

export interface KnownBrowsers {
  /** The cookie value for a browser that has just signed in; `former` is the value that it came with. */
  make(account: AccountId, mark: PasswordMark, where: Where, former?: string): string
  /** What this browser is to this account. Undefined for a forged, foreign or expired cookie: a stranger's. */
  read(value: string, account: AccountId | undefined, where: Where): KnownBrowser | undefined
}

export const knownBrowserMs = 90 * 24 * 60 * 60 * 1000
export const knownBrowserSeconds = knownBrowserMs / 1000

/** Accounts that one browser is known for at a time: a family's, and the cookie stays below 1 KB. */
const mostAccounts = 5

/** Id, time, account, mark, address and signature; an entry for each account, all in one cookie. */
const form =
  /^([A-Za-z0-9_-]{22})\.([0-9]{1,11})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/
const fields = 6

interface Entry {
  readonly text: string
  readonly id: string
  readonly account: string
  readonly mark: string
  readonly home: string
}

export function makeKnownBrowsers(key: Secret<Uint8Array>, instance: string): KnownBrowsers {
  const sign = (signed: string) =>
    createHmac('sha256', key.reveal()).update(`${instance}.${signed}`).digest('base64url')
  /** Tells nobody the address, and two cookies of one address apart. */
  const homeOf = (id: string, address: string) => sign(`home.${id}.${addressKey(address)}`).slice(0, 22)

  const readEntry = (text: string, now: number): Entry | undefined => {
    const [, id, issued, account, mark, home, signature] = form.exec(text) ?? []
    if (id === undefined || issued === undefined || account === undefined || mark === undefined)
      return undefined
    if (home === undefined || signature === undefined || parseBase64url(id) === undefined) return undefined
    if (!equalInConstantTime(signature, sign(`${id}.${issued}.${account}.${mark}.${home}`))) return undefined
    return now - Number(issued) * 1000 < knownBrowserMs ? { text, id, account, mark, home } : undefined
  }
  /** Entries are signed one by one: what is forged or over counts for nothing. */
  const readAll = (value: string, now: number): readonly Entry[] => {
    const parts = value.split('.')
    if (parts.length % fields !== 0 || parts.length > mostAccounts * fields) return []
    const texts = Array.from({ length: parts.length / fields }, (_, at) =>
      parts.slice(at * fields, (at + 1) * fields).join('.'),
    )
    return texts.flatMap((text) => readEntry(text, now) ?? [])
  }

  return {
    make: (account, mark, { address, now }, former) => {
      const name = nameOf(account)
      const id = toBase64url(randomBytes(16))
      const signed = `${id}.${String(Math.floor(now / 1000))}.${name}.${mark}.${homeOf(id, address)}`
      const others = former === undefined ? [] : readAll(former, now).filter((one) => one.account !== name)
      const kept = others.slice(0, mostAccounts - 1).map(({ text }) => text)
      return [`${signed}.${sign(signed)}`, ...kept].join('.')
    },
    read: (value, account, { address, now }) => {
      // The whole cookie is checked for every name: a name that nobody has must not be the quicker one.
      const entries = readAll(value, now)
      const name = nameOf(account ?? nobody)
      const found = entries.find((one) => one.account === name)
      if (found === undefined) return undefined
      const { id, mark, home } = found
      return { id, mark, atHome: equalInConstantTime(home, homeOf(id, address)) }
    },
  }
}

const nobody = '-' as AccountId

/** The account as the cookie names it: always of one length, and nobody's public name. */
function nameOf(account: AccountId): string {
  return hash('sha256', account, 'base64url').slice(0, 22)
}
