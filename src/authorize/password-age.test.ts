/** Who may do what with a password that is older than the operator allows. */
import { describe, expect, it } from 'vitest'
import { catalogue } from '../catalog/index.ts'
import type { Username } from '../kit/username.ts'
import type { Authenticated, Principal } from '../request.ts'
import type { SessionRow } from '../store/rows.ts'
import { isPasswordExpired } from './password-age.ts'

const day = 86_400_000
const now = 1_800_000_000_000
const maxAgeMs = 90 * day

const session = (passwordAt: number) => ({ passwordAt }) as SessionRow
const bob = (passwordAt: number): Principal => ({
  kind: 'user',
  username: 'bob' as Username,
  session: session(passwordAt),
  roles: [],
  attributes: {},
})

function isExpired(
  principal: Principal,
  id: string,
  passwords: { maxAgeMs?: number } = { maxAgeMs },
): boolean {
  const entry = catalogue.find((one) => one.id === id)
  if (entry === undefined) throw new TypeError(`no entry ${id}`)
  return isPasswordExpired({ principal, entry, at: now } as Authenticated, { passwords })
}

const old = now - maxAgeMs

describe('a password past its age', () => {
  it('opens the account page, an invitation, what they need, and the way out, and nothing else', () => {
    const open = catalogue.filter((entry) => !isExpired(bob(old), entry.id)).map(({ id }) => id)
    expect(open).toEqual(
      catalogue
        .filter(({ id, action }) => id.startsWith('gate.') || action === 'loadPublicAsset')
        .map(({ id }) => id),
    )
    expect(open).toContain('gate.account.page')
    expect(open).toContain('gate.logout')
    // Whoever has forgotten the old password is helped by a link only.
    expect(open).toContain('gate.join.page')
  })

  it('is one at the very millisecond, and not before', () => {
    const config = catalogue.find(({ action }) => action === 'readConfig')?.id ?? ''
    expect(isExpired(bob(old), config)).toBe(true)
    expect(isExpired(bob(old + 1), config)).toBe(false)
  })

  it('is none where the operator set no age, of a guest, and of a program', () => {
    const config = catalogue.find(({ action }) => action === 'readConfig')?.id ?? ''
    expect(isExpired(bob(0), config, {})).toBe(false)
    expect(isExpired({ kind: 'guest', session: session(0) }, config)).toBe(false)
    expect(isExpired({ kind: 'token' } as Principal, config)).toBe(false)
  })
})
