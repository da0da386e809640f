/** Who has which role, on the whole path: a change holds on the next request, for people and for their programs. */
import { request } from 'undici'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import type { Endowment, UserRow } from '../../src/store/rows.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { plain, useUpstream } from './with-upstream.ts'

const standing = useUpstream()
const viewer: Endowment = { roles: ['viewer'], attributes: {} }
const none: Endowment = { roles: [], attributes: {} }

let bob: UserRow
beforeEach(async () => {
  const roles = rolesFrom('viewer: {}', 'finance: { when: { attributes: { department: finance } } }')
  const policy = await loadPolicy({ roles, files: [] })
  await standing.start(plain, { policy })
  bob = await standing.path.users.add('bob')
})

const give = (given: Endowment) => standing.path.store.users.endow(bob.id, () => given)
const look = async (headers: Readonly<Record<string, string>>) => {
  const answer = await request(`${standing.path.url}/theme.css`, { headers })
  await answer.body.dump()
  return answer.statusCode
}

describe('a role', () => {
  it('holds and ends with the next request of a session that is open', async () => {
    const { cookie } = await standing.path.signIn(bob)
    const seen: number[] = []
    for (const given of [none, viewer, none]) {
      await give(given)
      seen.push(await look({ cookie }))
    }
    expect(seen).toEqual([403, 200, 403])
  })

  it('of a user is one of their tokens too, unless the token was narrowed to others', async () => {
    const bearer = async (roles?: readonly string[]) => {
      const { text } = await standing.path.issueToken({ user: bob.id, ...(roles && { roles }) })
      return { authorization: `Bearer ${text}` }
    }
    const [all, some, others] = [await bearer(), await bearer(['viewer']), await bearer(['finance'])]
    const seen = async () => [await look(all), await look(some), await look(others)]
    expect(await seen()).toEqual([403, 403, 403])
    await give(viewer)
    expect(await seen()).toEqual([200, 200, 403])
  })

  it('is what a token on its own was made with, and nothing else', async () => {
    const statusWith = async (roles?: readonly string[]) => {
      const { text } = await standing.path.issueToken(roles && { roles })
      return look({ authorization: `Bearer ${text}` })
    }
    expect([await statusWith(), await statusWith([]), await statusWith(['viewer'])]).toEqual([403, 403, 200])
  })

  it('asks for attributes as they are now', async () => {
    const { cookie } = await standing.path.signIn(bob)
    await give({ roles: ['finance'], attributes: { department: 'sales' } })
    expect(await look({ cookie })).toBe(403)
    await give({ roles: ['finance'], attributes: { department: 'finance' } })
    expect(await look({ cookie })).toBe(200)
  })

  it("is none of the guest's", async () => {
    const { cookie } = await standing.path.signIn()
    expect(await look({ cookie })).toBe(403)
  })
})
