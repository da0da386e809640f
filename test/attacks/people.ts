/** A gate with roles in front of an app, and people who have them. */
import { logIn } from '../rig/log-in.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { useGate, type Started } from './targets.ts'

export interface People {
  /** Lines of a sekisho.yaml. */
  readonly config: string
  readonly members: Readonly<Record<string, readonly string[]>>
}

export interface Person {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const password = 'lantern-maple-orbit-velvet-canoe'

/** Each signs in once, at the first asking; declare it after the app. */
export function usePeople(app: Started<{ readonly url: string }>, { config, members }: People) {
  const gate = useGate(app, { config: readConfigText(config) })
  const inside = new Map<string, Promise<Person>>()
  const enter = async (name: string): Promise<Person> => {
    const { url, users } = gate()
    await users.add(name, password, { roles: members[name] ?? [], attributes: {} })
    return { url, headers: { cookie: await logIn({ url, username: name, password }) } }
  }
  return (name: string): Promise<Person> => {
    const known = inside.get(name) ?? enter(name)
    inside.set(name, known)
    return known
  }
}
