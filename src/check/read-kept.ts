/** What the database keeps about ways in, without anything that could be guessed from. */
import type { ProofAlgorithm } from '../contract/proof.ts'
import type { SessionRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { readReach, type Reach } from '../users/reach.ts'
import type { PasswordSeen, TokenSeen } from './gate-evidence.ts'

export interface Kept {
  readonly passwords: readonly PasswordSeen[]
  /** Users who may sign in; the disabled ones don't count. */
  readonly users: number
  readonly usersWithoutPassword: number
  /** Neither revoked nor expired. */
  readonly tokens: readonly TokenSeen[]
  readonly openSessions: SessionsSeen
  readonly openInvitations: number
  /** As the gate said when it last started. */
  readonly reach?: Reach
}

/** How many there are of each. */
export interface SessionsSeen {
  /** With a key that no script can read. */
  readonly keyed: number
  /** With one of plain HTTP, which every script of the page can read. */
  readonly readable: number
  readonly keyless: number
}

export async function readKept(store: Store, now: number): Promise<Kept> {
  const passwords: PasswordSeen[] = []
  const shared = await store.passwords.find('shared')
  if (shared !== undefined) passwords.push({ whose: 'the shared password', ...shown(shared) })
  const users = (await store.users.list()).filter(({ disabledAt }) => disabledAt === undefined)
  let openInvitations = 0
  let usersWithoutPassword = 0
  for (const user of users) {
    const row = await store.passwords.find(user.id)
    if (row === undefined) usersWithoutPassword++
    else passwords.push({ whose: `user ${user.name}`, ...shown(row) })
    if ((await store.invitations.findOpen(user.id, now)) !== undefined) openInvitations++
  }
  const tokens = (await store.tokens.list())
    .map(({ token }) => token)
    .filter(({ revokedAt, expiresAt }) => revokedAt === undefined && (expiresAt ?? Infinity) > now)
  const sessions = (await store.sessions.listOpen()).filter(({ endsAt }) => endsAt > now)
  const reach = await readReach(store.meta)
  return {
    ...(reach !== undefined && { reach }),
    passwords,
    users: users.length,
    usersWithoutPassword,
    tokens,
    openSessions: countByKey(sessions),
    openInvitations,
  }
}

function countByKey(sessions: readonly Pick<SessionRow, 'proofKey'>[]): SessionsSeen {
  const count = (alg: ProofAlgorithm | undefined) =>
    sessions.filter(({ proofKey }) => proofKey?.alg === alg).length
  return { keyed: count('ecdsa-p256-sha256'), readable: count('hmac-sha256'), keyless: count(undefined) }
}

/** Field by field, so that the record can't come along. */
function shown({ stretching, changedAt }: Omit<PasswordSeen, 'whose'>): Omit<PasswordSeen, 'whose'> {
  return { stretching, changedAt }
}
