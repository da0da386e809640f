/** An API token as shown to the operator: field by field, so that its hash can't come along. */
import type { TokenView } from '../tokens/token-register.ts'

export function describeToken(token: TokenView): Readonly<Record<string, string | readonly string[] | null>> {
  const {
    id,
    name,
    state,
    username = null,
    roles = null,
    keyid = null,
    createdAt,
    expiresAt,
    lastUsedAt,
  } = token
  return {
    id,
    name,
    user: username,
    state,
    roles,
    keyid,
    createdAt: time(createdAt),
    expiresAt: time(expiresAt),
    lastUsedAt: time(lastUsedAt),
  }
}

function time(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}
