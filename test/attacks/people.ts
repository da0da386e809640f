/** A gate with roles in front of an app, and people and programs who have them. */
import type { ApiTokenId } from '../../src/store/rows.ts'
import { hashApiToken, makeApiToken, parseApiToken } from '../../src/tokens/token.ts'
import type { GateHere } from '../rig/gate-here.ts'
import { logIn } from '../rig/log-in.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { testPassword as password } from '../rig/test-gate.ts'
import { useGate, type Started } from './targets.ts'

export interface Cast {
  /** Lines of a sekisho.yaml. */
  readonly config: string
  readonly members: Readonly<Record<string, readonly string[]>>
}

export interface Person {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface People {
  (name: string): Promise<Person>
  /** A new token, of nobody's account. */
  program(role: string): Promise<Person>
  readonly gate: Started<GateHere>
}

/** Each signs in once, at the first asking; declare it after the app. */
export function usePeople(app: Started<{ readonly url: string }>, { config, members }: Cast): People {
  const gate = useGate(app, { config: readConfigText(config) })
  const inside = new Map<string, Promise<Person>>()
  const enter = async (name: string): Promise<Person> => {
    const { url, users } = gate()
    await users.add(name, password, { roles: members[name] ?? [], attributes: {} })
    return { url, headers: { cookie: await logIn({ url, username: name, password }) } }
  }
  const person = (name: string): Promise<Person> => {
    const known = inside.get(name) ?? enter(name)
    inside.set(name, known)
    return known
  }
  return Object.assign(person, { gate, program: (role: string) => startProgram(gate(), role) })
}

async function startProgram({ url, clock, store }: GateHere, role: string): Promise<Person> {
  const text = makeApiToken().reveal()
  const parsed = parseApiToken(text)
  if (parsed === undefined) throw new TypeError('A token of ours can be parsed.')
  const named = { id: text.slice(8, 16) as ApiTokenId, hash: hashApiToken(parsed), name: 'ci' }
  await store.tokens.insert({ ...named, createdAt: clock.now(), roles: [role] })
  return { url, headers: { authorization: `Bearer ${text}` } }
}
