/** API tokens as the operator creates, lists and revokes them. Every change is on record. */
import type { Audit } from '../audit/audit.ts'
import type { Asker } from '../audit/event.ts'
import type { Clock } from '../kit/clock.ts'
import { randomName } from '../kit/random.ts'
import type { Secret } from '../kit/secret.ts'
import type { Username } from '../kit/username.ts'
import type { ApiTokenId, ApiTokenRow, ProofKey, UserRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { parseApiTokenName, type ApiTokenName } from './token-name.ts'
import { hashApiToken, makeApiToken, parseApiToken } from './token.ts'
import { stateOf, type FoundToken, type TokenState } from './token-state.ts'

export interface TokenRegisterParts {
  readonly store: Pick<Store, 'tokens'>
  readonly audit: Pick<Audit, 'write'>
  readonly clock: Clock
}

/** Everything but the hash. */
export interface TokenView {
  readonly id: ApiTokenId
  readonly name: string
  readonly state: TokenState
  readonly username?: Username
  /** What it was narrowed to, or its own; absent: all of the user's, or none. */
  readonly roles?: readonly string[]
  /** Of the key that it is bound to. */
  readonly keyid?: string
  readonly createdAt: number
  readonly expiresAt?: number
  readonly lastUsedAt?: number
}

export interface WantedToken {
  readonly name: ApiTokenName
  /** Whose it is to be; absent: it stands on its own. */
  readonly user?: UserRow
  /** Of a user's: no more of the user's roles than these; of one on its own: its roles. */
  readonly roles?: readonly string[]
  /** It is good only with requests that this key signed. */
  readonly proofKey?: ProofKey
  /** Absent: it never ends by itself. */
  readonly lifetimeMs?: number
}

const operator: Asker = { principal: 'operator' }

export class TokenRegister {
  readonly #parts: TokenRegisterParts

  constructor(parts: TokenRegisterParts) {
    this.#parts = parts
  }

  /** Undefined when a token that still counts has this name. The text is in nobody's hands but the caller's. */
  async create({
    name,
    user,
    roles,
    proofKey,
    lifetimeMs,
  }: WantedToken): Promise<{ readonly token: TokenView; readonly text: Secret } | undefined> {
    const { store, audit, clock } = this.#parts
    const held = (await this.list()).filter(isHeld)
    if (held.some((token) => token.name === name)) return undefined
    const text = makeApiToken()
    const createdAt = clock.now()
    const parsed = parseApiToken(text.reveal())
    if (parsed === undefined) throw new TypeError('a token of ours can be parsed')
    const row: ApiTokenRow = {
      id: randomName(12) as ApiTokenId,
      hash: hashApiToken(parsed),
      name,
      ...(user === undefined ? {} : { user: user.id }),
      ...(roles === undefined ? {} : { roles: [...new Set(roles)].sort() }),
      ...(proofKey === undefined ? {} : { proofKey }),
      createdAt,
      ...(lifetimeMs === undefined ? {} : { expiresAt: createdAt + lifetimeMs }),
    }
    // First the record: a key that nobody knows of must not exist.
    await audit.write({
      ...{ kind: 'token.created', asker: operator, token: row.id, name, ...about(user) },
      ...(row.roles === undefined ? {} : { roles: row.roles }),
      ...(proofKey === undefined ? {} : { keyid: proofKey.keyid }),
    })
    await store.tokens.insert(row)
    return { token: viewOf({ token: row, ...(user && { user }) }, createdAt), text }
  }

  /** Oldest first; those that are over stay listed for a while. */
  async list(): Promise<readonly TokenView[]> {
    const { store, clock } = this.#parts
    const now = clock.now()
    return (await store.tokens.list()).map((found) => viewOf(found, now))
  }

  /** By id, by name, or by the token itself. A name means those that aren't revoked, and rather those that aren't expired. */
  async find(said: string): Promise<readonly TokenView[]> {
    const { store, clock } = this.#parts
    const parsed = parseApiToken(said)
    if (parsed !== undefined) {
      const found = await store.tokens.find(hashApiToken(parsed))
      return found === undefined ? [] : [viewOf(found, clock.now())]
    }
    const all = await this.list()
    const byId = all.filter(({ id }) => id === said)
    if (byId.length > 0) return byId
    const name = parseApiTokenName(said)
    const byName = all.filter((token) => token.name === name && token.state !== 'revoked')
    const held = byName.filter(isHeld)
    return held.length > 0 ? held : byName
  }

  /** False when it was revoked already. First the deed: a log that can't be written keeps no key alive. */
  async revoke({ id }: Pick<TokenView, 'id'>): Promise<boolean> {
    const { store, audit, clock } = this.#parts
    const found = (await store.tokens.list()).find(({ token }) => token.id === id)
    if (found === undefined || !(await store.tokens.revoke(id, clock.now()))) return false
    const { name } = found.token
    await audit.write({ kind: 'token.revoked', asker: operator, token: id, name, ...about(found.user) })
    return true
  }
}

/** A disabled user's tokens come back with the user, so their names are taken. */
function isHeld({ state }: TokenView): boolean {
  return state === 'active' || state === 'user-disabled'
}

function about(user: UserRow | undefined) {
  return user === undefined ? {} : { user: { id: user.id, name: user.name } }
}

function viewOf(found: FoundToken, now: number): TokenView {
  const { token, user } = found
  const { id, name, roles, proofKey, createdAt, expiresAt, lastUsedAt } = token
  return {
    id,
    name,
    state: stateOf(found, now),
    ...(user === undefined ? {} : { username: user.name }),
    ...(roles === undefined ? {} : { roles }),
    ...(proofKey === undefined ? {} : { keyid: proofKey.keyid }),
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
  }
}
