/** Who is asked for: the same questions to the store, whoever it is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUsername, type Username } from '../kit/username.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { PasswordRow, UserId } from '../store/rows.ts'
import { findAccount, findChange } from './account.ts'
import { loginState, writeLoginState } from './login-messages.ts'
import { parseShape } from './sealed.ts'

const bob = { id: 'bobbobbobbob' as UserId, name: 'bob' as Username, createdAt: 1, roles: [], attributes: {} }
const stretching = { memory: 8, iterations: 1, parallelism: 1 }
const password: PasswordRow = { id: bob.id, record: 'r', stretching, changedAt: 1 }

/** A store that tells what it was asked. */
function listen() {
  const store = makeMemoryStore()
  const asked: string[] = []
  return {
    store,
    asked,
    heard: {
      users: {
        findForLogin: (name: Username) => {
          asked.push('users.findForLogin')
          return store.users.findForLogin(name)
        },
      },
      passwords: {
        find: (id: PasswordRow['id']) => {
          asked.push('passwords.find')
          return store.passwords.find(id)
        },
      },
    },
  }
}

describe('an account', () => {
  it('is looked up in the same steps whether it is open, disabled, without password or nobody’s', async () => {
    const { store, asked, heard } = listen()
    const seen: unknown[] = []
    const look = async () => {
      seen.push((await findAccount(heard, bob.name)).closed ?? 'open')
      seen.push(asked.splice(0).join())
    }
    await look()
    await store.users.insert(bob)
    await look()
    await store.passwords.set(password)
    await look()
    await store.users.disable(bob.id, 2)
    await look()
    const steps = 'users.findForLogin'
    expect(seen).toEqual([
      'user-unknown',
      steps,
      'no-password-set',
      steps,
      'open',
      steps,
      'user-disabled',
      steps,
    ])
  })

  it('that is closed hands out no record', async () => {
    const { store, heard } = listen()
    await store.users.insert(bob)
    await store.passwords.set(password)
    await store.users.disable(bob.id, 2)
    expect(await findAccount(heard, bob.name)).not.toHaveProperty('password')
  })

  it('with a new id under an old name is not the one that was proved', async () => {
    const { store, heard } = listen()
    await store.users.insert(bob)
    await store.passwords.set(password)
    const { mark } = await findAccount(heard, bob.name)
    const proved = { username: bob.name, account: bob.id, mark }
    expect(await findChange(heard, proved)).toBeUndefined()
    await store.users.remove(bob.id, 2)
    expect(await findChange(heard, proved)).toBe('user-removed')
    await store.users.insert({ ...bob, id: 'otherotherot' as UserId })
    await store.passwords.set({ ...password, id: 'otherotherot' as UserId })
    expect(await findChange(heard, proved)).toBe('user-removed')
  })
})

describe('the state that travels with the browser', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._@+-]{0,63}$/)
  const states = fc.record(
    {
      ceremony: fc.stringMatching(/^[a-z2-9]{16}$/),
      expiresAt: fc.nat(4e12),
      username: name.map((text) => parseUsername(text) ?? ('bob' as Username)),
      account: fc.stringMatching(/^[a-z2-9]{12}$/).map((id) => id as UserId),
      closed: fc.constantFrom('user-unknown', 'user-disabled', 'no-password-set'),
      mark: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      passwordAt: fc.nat(4e12),
      counted: name.map((text) => `user:${text}`),
      serverLoginState: fc.stringMatching(/^[A-Za-z0-9_-]{171}$/),
    },
    { requiredKeys: ['ceremony', 'expiresAt', 'mark', 'passwordAt', 'serverLoginState'] },
  )

  it('has one length, whatever stands in it, and comes back as it was', () => {
    fc.assert(
      fc.property(states as fc.Arbitrary<Parameters<typeof writeLoginState>[0]>, (state) => {
        const text = writeLoginState(state)
        expect(text.length).toBe(700)
        expect(parseShape(loginState, text)).toEqual(state)
      }),
    )
  })

  it.each(['', '{}', 'null', '[]', 'x'])('is none when it reads %j', (text) => {
    expect(parseShape(loginState, text)).toBeUndefined()
  })
})
