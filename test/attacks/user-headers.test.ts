/**
 * 4.01–4.03: apps that stand behind a proxy believe its headers about who asks and from where. A client that sends the
 * same headers is whoever it likes.
 */
import { describe, expect, it } from 'vitest'
import { callFunction } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('careless')
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

describe('a header that says who asks', () => {
  it('is believed by the bare app', async () => {
    expect((await look(app().url, claims)).forwarded_user).toBe('admin')
  })

  it('does not reach the app behind the gate, from a guest who signed in', async () => {
    const seen = await look(gate().url, { ...claims, cookie: cookie() })
    expect(seen.forwarded_user).toBeNull()
    for (const [name, value] of Object.entries(claims)) expect(seen.headers[name]).not.toBe(value)
  })

  it('makes nobody of a stranger anybody', async () => {
    expect(await look(gate().url, claims)).toBeUndefined()
  })
})

describe('a header that says from where', () => {
  it('is believed by the bare app', async () => {
    expect((await look(app().url, inside)).client).toBe('10.0.0.1')
  })

  it('is the gate’s own behind the gate', async () => {
    const seen = await look(gate().url, { ...inside, cookie: cookie() })
    expect(seen.client).toBe('127.0.0.1')
    expect(JSON.stringify(seen.headers)).not.toContain('10.0.0.1')
  })
})
