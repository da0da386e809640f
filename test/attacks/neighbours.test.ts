/**
 * Gradio binds nothing to anybody: the name of a session is chosen by the browser and stands in addresses, and whoever
 * knows it, or the id of an event or an upload, or the path of a file, is taken for its owner. Two people of one app,
 * one of whom knows such names of the other: on the bare app, behind Gradio's own login, and behind the gate.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import type { GradioApp } from '../rig/test-app.ts'
import { callFunction } from '../rig/use-app.ts'
import { testPassword as password } from '../rig/test-gate.ts'
import { attemptsOnEvents } from './attempts-on-events.ts'
import { attemptsOnFiles } from './attempts-on-files.ts'
import { attemptsOnSessions } from './attempts-on-sessions.ts'
import { gateDoor, gradioDoor, userDoor, type Credentials, type Door } from './doors.ts'
import { useApp, useGate, type Started } from './targets.ts'
import { newHash, type Attempt, type Headers, type Two } from './two-people.ts'

const folder = path.join(tmpdir(), `sekisho-neighbours-${randomUUID()}`)
beforeAll(() => mkdir(folder))
afterAll(() => rm(folder, { recursive: true, force: true }))
const journals = { bare: path.join(folder, 'bare'), guarded: path.join(folder, 'guarded') }
const bare = useApp('neighbours', { env: { NEIGHBOURS_JOURNAL: journals.bare } })
const guarded = useApp('neighbours', { env: { NEIGHBOURS_JOURNAL: journals.guarded, NEIGHBOURS_AUTH: '1' } })
const gate = useGate(bare)

interface Described {
  readonly dependencies: readonly { readonly id: number; readonly api_name: string }[]
  readonly components: readonly { readonly id: number; readonly type: string }[]
}

async function look(app: Started<GradioApp>, journal: string, headers: Headers = {}): Promise<Two['app']> {
  const config = JSON.parse((await ask(bare().url, '/config')).body) as Described
  return {
    index: (name) => config.dependencies.find(({ api_name }) => api_name === name)?.id ?? -1,
    component: (type) => config.components.find((one) => one.type === type)?.id ?? -1,
    temporary: app().temporary,
    queueSize: async () => {
      const { body } = await ask(app().url, '/gradio_api/queue/status', { headers })
      return (JSON.parse(body) as { queue_size: number }).queue_size
    },
    journal: () => readFile(journal, 'utf8').catch(() => ''),
  }
}

async function enter(door: Door, credentials: Credentials): Promise<Headers> {
  const knock = await door.knock(credentials)
  if (knock.kind !== 'in') throw new TypeError(`did not get in: ${knock.kind}`)
  return { cookie: knock.cookie }
}

const once = <T>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

const strangers = once(async (): Promise<Two> => {
  const app = await look(bare, journals.bare)
  return { url: bare().url, alice: {}, bob: {}, app }
})
const accounts = once(async (): Promise<Two> => {
  const door = gradioDoor(guarded().url)
  const alice = await enter(door, { user: 'alice', password: 'alicepw' })
  const bob = await enter(door, { user: 'bob', password: 'bobpw' })
  return { url: door.url, alice, bob, app: await look(guarded, journals.guarded, alice) }
})
const users = once(async (): Promise<Two> => {
  const { url, users } = gate()
  await users.add('alice', password)
  await users.add('bob', password)
  const door = userDoor(url)
  const alice = await enter(door, { user: 'alice', password })
  const bob = await enter(door, { user: 'bob', password })
  return { url, alice, bob, app: await look(bare, journals.bare) }
})
const guests = once(async (): Promise<Two> => {
  const { url, password } = gate()
  const door = gateDoor(url)
  const alice = await enter(door, { password })
  return { url, alice, bob: await enter(door, { password }), app: await look(bare, journals.bare) }
})

const attempts: Readonly<Record<string, Attempt>> = {
  ...attemptsOnSessions,
  ...attemptsOnEvents,
  ...attemptsOnFiles,
}

/** Gradio 6 asks for no login on the routes of these (gradio/routes.py 6.31). */
const needsNoLogin: readonly string[] = [
  "end the other's session",
  'hear what is played to the other',
  "cancel the other's running event",
  "cancel the other's running event without its id",
  "make the other's running event begin anew",
  "take the other's event out of the queue, from a session of one's own",
  'rewrite what the other has queued',
  'put a word into what the other streams',
  'end what the other streams',
]

/** No client of Gradio does these: what they name doesn't belong together. */
const nobodys: readonly string[] = [
  "listen to the other's event by using its id as a session",
  "fetch the other's result under another function's name",
  "cancel the other's running event without its id",
  "make the other's running event begin anew",
  "take the other's event out of the queue, from a session of one's own",
  'rewrite what the other has queued',
  'read the file behind a deep link that the other made',
]

const withoutBob = (open: () => Promise<Two>) => async (): Promise<Two> => ({ ...(await open()), bob: {} })
const oneself = (open: () => Promise<Two>) => async (): Promise<Two> => {
  const two = await open()
  return { ...two, bob: two.alice }
}

/** Gradio keeps the route and does nothing there (gradio/routes.py 6.31, reset_iterator). */
const harmless = "reset the other's running event"

/** Who tries it where, and whether it works. */
function triesOf(name: string): readonly (readonly [string, () => Promise<Two>, boolean])[] {
  const open = needsNoLogin.includes(name)
  const tries = [
    ['succeeds on the bare app', strangers, true],
    ['succeeds on auth=, among users', accounts, true],
    [`${open ? 'succeeds on' : 'stays blocked at'} auth=, without login`, withoutBob(accounts), open],
    ['is blocked by the gate, among users', users, false],
    ['is blocked by the gate, among guests with one password', guests, false],
    ['is blocked by the gate, without login', withoutBob(users), false],
  ] as const
  if (nobodys.includes(name)) return tries
  return [
    ...tries,
    ['is still done by its owner through the gate: a user', oneself(users), true],
    ['is still done by its owner through the gate: a guest', oneself(guests), true],
  ]
}

describe.each(Object.entries(attempts).filter(([name]) => name !== harmless))('%s', (name, attempt) => {
  it.each(triesOf(name))('%s', async (_what, open, works) => {
    expect(await attempt(await open())).toBe(works)
  })
})

describe('the name of a session that a client chooses', () => {
  const nameOf = async ({ url }: Two, headers: Headers, session_hash: string) =>
    (await callFunction(url, 'session_of', [], { headers, session_hash }))?.[0]

  it.each([
    ['the bare app', strangers],
    ['auth=', accounts],
  ])('succeeds on %s: it is the one that the app uses, whoever chooses it', async (_where, open) => {
    const [two, hash] = [await open(), newHash()]
    expect([await nameOf(two, two.alice, hash), await nameOf(two, two.bob, hash)]).toEqual([hash, hash])
  })

  it.each([
    ['users', users],
    ['guests with one password', guests],
  ])('is blocked by the gate, among %s: each who chooses it has another one', async (_who, open) => {
    const [two, hash] = [await open(), newHash()]
    const names: unknown[] = []
    for (const one of [two.alice, two.bob, two.alice]) names.push(await nameOf(two, one, hash))
    expect(names[0]).toMatch(new RegExp(`^${hash}\\.[\\w-]{22}$`))
    expect(names[1]).toMatch(new RegExp(`^${hash}\\.[\\w-]{22}$`))
    expect(names[1]).not.toBe(names[0])
    expect(names[2]).toBe(names[0])
    // Nor is the long form a name that anybody else may use.
    expect(await nameOf(two, two.bob, String(names[0]))).toBeUndefined()
  })
})

describe(harmless, () => {
  it.each([
    ['on the bare app', strangers],
    ['at auth=', accounts],
    ['by the gate, among users', users],
    ['by the gate, among guests with one password', guests],
  ])('stays blocked %s', async (_where, open) => {
    expect(await attemptsOnEvents[harmless](await open())).toBe(false)
  })
})
