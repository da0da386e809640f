/** What the operator changes, on the real store and log. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openState } from '../build.ts'
import type { Surroundings } from '../build.ts'
import { makeConfig } from '../config/make-config.ts'
import { Secret } from '../kit/secret.ts'
import type { SessionId, SessionRow, TokenHash } from '../store/rows.ts'
import { makeParts } from './make-parts.ts'

const hour = 3_600_000
const good = new Secret('seven quiet lamps by the river')

let home = ''
let now = Date.UTC(2026, 0, 1)
const faults: unknown[] = []
const around: Surroundings = { env: {}, clock: { now: () => now }, onFault: (fault) => faults.push(fault) }
const parts = makeParts(around)
const config = () =>
  makeConfig(undefined, { upstream: 'http://127.0.0.1:7999' }, { cwd: home, home, env: {} })

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-operator-'))
  now = Date.UTC(2026, 0, 1)
})
afterEach(async () => {
  await rm(home, { recursive: true })
  expect(faults).toEqual([])
})

function session(name: string): SessionRow {
  return {
    id: name as SessionId,
    tokenHash: `hash-of-${name}` as TokenHash,
    account: 'shared',
    passwordAt: 0,
    renewAt: now + hour,
    createdAt: now,
    authAt: now,
    lastActiveAt: now,
    endsAt: now + 24 * hour,
    address: '192.0.2.7',
    userAgent: 'Browser',
  }
}

async function signIn(...names: readonly string[]): Promise<void> {
  const state = await openState(config(), around)
  for (const name of names) await state.store.sessions.insert(session(name))
  await state.close()
}

async function recorded(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const records = []
  const how = { last: 100, follow: false, stopped: new AbortController().signal }
  for await (const record of parts.tailAudit(config(), how)) records.push(record)
  return records.filter(({ kind }) => kind !== 'audit.opened')
}

test('a password that is set is known again, another one is not', async () => {
  const state = await parts.openState(config(), 'existing-or-new')
  expect(await state.hasPassword()).toBe(false)
  expect(await state.matchesPassword(good)).toBe(false)
  await state.setPassword(good)
  expect(await state.hasPassword()).toBe(true)
  expect(await state.matchesPassword(good)).toBe(true)
  expect(await state.matchesPassword(new Secret('seven quiet lamps by the rivet'))).toBe(false)
  await state.close()
})

test('a new password ends every session, and says so in the log', async () => {
  await signIn('one', 'two')
  const state = await parts.openState(config(), 'existing')
  expect(await state.setPassword(good)).toBe(2)
  expect(await state.listSessions()).toEqual([])
  await state.close()
  expect(await recorded()).toMatchObject([
    { kind: 'password.changed', principal: 'operator', sessionsEnded: 2 },
  ])
})

test('a session is ended once, by name, and on record', async () => {
  await signIn('one', 'two')
  const state = await parts.openState(config(), 'existing')
  expect(await state.endSession('one' as SessionId)).toBe(true)
  expect(await state.endSession('one' as SessionId)).toBe(false)
  expect(await state.endSession('none' as SessionId)).toBe(false)
  expect((await state.listSessions()).map(({ id }) => id)).toEqual(['two'])
  await state.close()
  expect(await recorded()).toMatchObject([{ kind: 'session.ended', principal: 'operator', session: 'one' }])
})

test('a session past its limits is not listed', async () => {
  await signIn('one')
  now += 2 * hour
  const state = await parts.openState(config(), 'existing')
  expect(await state.listSessions()).toEqual([])
  await state.close()
})

test('looking leaves no record and no segment', async () => {
  await signIn('one')
  const state = await parts.openState(config(), 'existing')
  await state.hasPassword()
  await state.listSessions()
  await state.close()
  const { segments, findings } = await parts.verifyAudit(config())
  expect([segments, findings]).toEqual([0, []])
})
