/**
 * Rights that somebody has lost must not live on in what is open: a stream that was begun while the role was there, or
 * under a policy that has been replaced since.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { logIn } from '../rig/log-in.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { startTestGate, testPassword as password, type TestGate } from '../rig/test-gate.ts'
import { readAll } from './read-all.ts'
import { useApp, useGate } from './targets.ts'
import { indexOf, newSession } from './ways-to-call.ts'

const app = useApp('neighbours')
type Headers = Readonly<Record<string, string>>

/** A stream in the middle of a long call. */
async function beginCounting(url: string, headers: Headers) {
  const session_hash = newSession()
  const body = { data: [600, 0.1], fn_index: await indexOf(app().url, 'count'), session_hash }
  expect((await askJson(url, '/gradio_api/queue/join', body, { headers })).status).toBe(200)
  const stream = await follow(`${url}/gradio_api/queue/data?session_hash=${session_hash}`, headers)
  await stream.until(/counted 2/)
  return stream
}

const join = async (url: string, headers: Headers) =>
  (
    await askJson(
      url,
      '/gradio_api/queue/join',
      { data: [1, 0], fn_index: await indexOf(app().url, 'count'), session_hash: newSession() },
      { headers },
    )
  ).status

describe('a role that is taken away', () => {
  const gate = useGate(app, { config: readConfigText('roles: { counter: { call: [count] } }') })

  it('ends the stream that was opened by it, and the next call', async () => {
    const { url, users } = gate()
    const bob = await users.add('bob', password, { roles: ['counter'], attributes: {} })
    const headers = { cookie: await logIn({ url, username: 'bob', password }) }
    const stream = await beginCounting(url, headers)
    await gate().store.users.endow(bob.id, () => ({ roles: [], attributes: {} }))
    // Nothing has counted so far when it ends.
    expect(await stream.until(/counted 600/)).not.toContain('process_completed')
    expect(await join(url, headers)).toBe(403)
  })
})

describe('a policy that is replaced', () => {
  let gate: TestGate
  const roles = (names: string) => `roles: { counter: { given_to: [guests], call: [${names}] } }`
  beforeAll(async () => {
    gate = await startTestGate({ upstream: app().url, config: roles('count, echo') })
  })
  afterAll(() => gate.stop())

  it('ends the streams of those that lose a right, and of nobody else', async () => {
    const headers = { cookie: await logIn({ url: gate.url, password: gate.password }) }
    const stream = await beginCounting(gate.url, headers)
    const file = path.join(gate.home, 'sekisho.yaml')
    const before = await readFile(file, 'utf8')
    await writeFile(file, before.replace('count, echo', 'count, echo, save'))
    const seen = stream.text.length
    await expect.poll(() => stream.text.length).toBeGreaterThan(seen + 5_000)
    await writeFile(file, before.replace('count, echo', 'echo'))
    expect(await stream.until(/counted 600/)).not.toContain('process_completed')
    expect(await join(gate.url, headers)).toBe(403)
  })

  it('stays in force when the new one is no policy', async () => {
    const headers = { cookie: await logIn({ url: gate.url, password: gate.password }) }
    const file = path.join(gate.home, 'sekisho.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('given_to', 'given_two'))
    await expect.poll(() => readAll(path.join(gate.home, 'state', 'audit'))).toContain('policy.rejected')
    expect(await join(gate.url, headers)).toBe(403)
  })
})
