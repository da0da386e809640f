/**
 * 4.01–4.03: apps that stand behind a proxy believe its headers about who asks and from where. A client that sends the
 * same headers is whoever it likes.
 */
import { describe, expect, it } from 'vitest'
import { callFunction } from '../rig/use-app.ts'
import { gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth, useGate, useSession } from './targets.ts'

const app = useApp('careless')
const withAuth = useAppWithAuth()
const gate = useGate(app)
const cookie = useSession(gate)

interface Seen {
  readonly username: string | null
  readonly forwarded_user: string | null
  readonly client: string | null
  readonly headers: Readonly<Record<string, string>>
}

const claims = {
  'x-forwarded-user': 'admin',
  'x-forwarded-email': 'admin@example.org',
  'x-auth-request-user': 'admin',
  'remote-user': 'admin',
  'x-remote-user': 'admin',
  'x-sekisho-assertion': 'forged.by.me',
  'x-gradio-user': 'admin',
}
const inside = { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1', forwarded: 'for=10.0.0.1' }

async function look(url: string, headers: Readonly<Record<string, string>>): Promise<Seen> {
  const result = await callFunction(url, 'whoami', [], { headers })
  return result?.[0] as Seen
}

async function asBob(): Promise<string> {
  const knock = await gradioDoor(withAuth().url).knock({ user: 'bob', password: 'bobpw' })
  return knock.kind === 'in' ? knock.cookie : expect.fail(knock.kind)
}

describe('4.02 a header that says who asks, of somebody who signed in', () => {
  it('succeeds on the bare app', async () => {
    expect((await look(app().url, claims)).forwarded_user).toBe('admin')
  })

  it('stays blocked at auth= as far as the name goes that Gradio knows', async () => {
    expect((await look(withAuth().url, { ...claims, cookie: await asBob() })).username).toBe('bob')
  })

  it('is blocked by the gate', async () => {
    const seen = await look(gate().url, { ...claims, cookie: cookie() })
    expect(seen.forwarded_user).toBeNull()
    for (const [name, value] of Object.entries(claims)) expect(seen.headers[name]).not.toBe(value)
  })
})

describe('4.01 a header that says who asks, of a stranger', () => {
  it('succeeds on the bare app', async () => {
    expect((await look(app().url, claims)).forwarded_user).toBe('admin')
  })

  it('is blocked by the gate', async () => {
    expect(await look(gate().url, claims)).toBeUndefined()
  })
})

describe('4.03 a header that says from where', () => {
  it.each([
    ['the bare app', () => app().url, () => Promise.resolve('')],
    ['auth=', () => withAuth().url, asBob],
  ])('succeeds on %s', async (_where, url, cookie) => {
    expect((await look(url(), { ...inside, cookie: await cookie() })).client).toBe('10.0.0.1')
  })

  it('is blocked by the gate, which says itself from where', async () => {
    const seen = await look(gate().url, { ...inside, cookie: cookie() })
    expect(seen.client).toBe('127.0.0.1')
    expect(JSON.stringify(seen.headers)).not.toContain('10.0.0.1')
  })
})
