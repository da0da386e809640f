/**
 * Gradio binds nothing to anybody: the name of a session is chosen by the browser and stands in addresses, and whoever
 * knows it, or the id of an event or an upload, or the path of a file, is taken for its owner. Two people of one app,
 * one of whom knows such names of the other: on the bare app, behind Gradio's own login, and behind the gate.
 */
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import type { GateHere } from '../rig/gate-here.ts'
import { gateDoor, gradioDoor, userDoor, type Credentials, type Door } from './doors.ts'
import { attempts } from './neighbour-attacks.ts'
import { useApp, useGate } from './targets.ts'

const bare = useApp('neighbours')
const guarded = useApp('neighbours', { env: { NEIGHBOURS_AUTH: '1' } })
const gate = useGate(bare)

type Headers = Readonly<Record<string, string>>
interface Two {
  readonly url: string
  readonly alice: Headers
  readonly bob: Headers
}

const numbers = new Map<string, number>()
async function indexFrom(url: string) {
  if (numbers.size === 0) {
    const { dependencies } = JSON.parse((await ask(url, '/config')).body) as {
      dependencies: { id: number; api_name: string }[]
    }
    for (const { id, api_name } of dependencies) numbers.set(api_name, id)
  }
  return (name: string) => numbers.get(name) ?? -1
}

async function enter(door: Door, credentials: Credentials): Promise<Headers> {
  const knock = await door.knock(credentials)
  if (knock.kind !== 'in') throw new TypeError(`did not get in: ${knock.kind}`)
  return { cookie: knock.cookie }
}

const password = 'lantern-maple-orbit-velvet-canoe'
const once = <T>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

const strangers = once(async (): Promise<Two> => ({ url: bare().url, alice: {}, bob: {} }))
const accounts = once(async (): Promise<Two> => {
  const door = gradioDoor(guarded().url)
  const alice = await enter(door, { user: 'alice', password: 'alicepw' })
  return { url: door.url, alice, bob: await enter(door, { user: 'bob', password: 'bobpw' }) }
})
const users = once(async (): Promise<Two> => {
  const { url, users } = gate()
  await users.add('alice', password)
  await users.add('bob', password)
  const door = userDoor(url)
  const alice = await enter(door, { user: 'alice', password })
  return { url, alice, bob: await enter(door, { user: 'bob', password }) }
})
const guests = once(async (): Promise<Two> => {
  const here: GateHere = gate()
  const door = gateDoor(here.url)
  const shared = { password: here.password }
  return { url: here.url, alice: await enter(door, shared), bob: await enter(door, shared) }
})

const settings: readonly [string, () => Promise<Two>, boolean][] = [
  ['on the bare app', strangers, true],
  ["behind Gradio's own login", accounts, true],
  ['behind the gate, among users', users, false],
  ['behind the gate, among guests with one password', guests, false],
]

describe.each(settings)('%s, one person', (_where, open, succeeds) => {
  it.each(Object.keys(attempts) as (keyof typeof attempts)[])(
    `${succeeds ? 'can' : 'can not'} %s`,
    async (name) => {
      const two = await open()
      const index = await indexFrom(bare().url)
      expect(await attempts[name]({ ...two, index })).toBe(succeeds)
    },
  )
})

/** No client of Gradio does these: what they name doesn't belong together. */
const nobodys: readonly string[] = [
  "listen to the other's event by using its id as a session",
  "take the other's event out of the queue, from a session of one's own",
  'rewrite what the other has queued',
]
const owned = (Object.keys(attempts) as (keyof typeof attempts)[]).filter((name) => !nobodys.includes(name))

describe.each(settings.slice(2))('%s, the owner', (_where, open) => {
  it.each(owned)('can still %s', async (name) => {
    const { url, alice } = await open()
    const index = await indexFrom(bare().url)
    expect(await attempts[name]({ url, alice, bob: alice, index })).toBe(true)
  })
})
