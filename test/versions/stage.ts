/** The app of one version of Gradio, a gate with roles in front of it, and people who have them. */
import { afterAll, beforeAll } from 'vitest'
import { startGradioApp, type GradioApp } from '../../scripts/gradio-app.ts'
import { setUpVersion, versionUnderTest } from '../../scripts/gradio-versions.ts'
import type { GradioEnvironment } from '../../scripts/setup-gradio.ts'
import { leastStretching } from '../../src/contract/contract.ts'
import { TokenRegister } from '../../src/tokens/token-register.ts'
import type { ApiTokenName } from '../../src/tokens/token-name.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { logIn } from '../rig/log-in.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { testPassword as password } from '../rig/test-gate.ts'
import { appFile } from './app-file.ts'

const config = `
roles:
  viewer:
    call: [predict, count, remember, save, read, choose, fail, refuse, session_of, apply, limit, repeat, alive]
    upload: true
  admin: { call: "*", components: "*", upload: true, mcp: true }
`

export interface Person {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Stage {
  readonly environment: GradioEnvironment
  readonly app: GradioApp
  readonly gate: GateHere
  /** Everybody's. */
  readonly password: string
  /** May all. */
  readonly admin: Person
  /** Two who may the same, and not what only administrators may. */
  readonly alice: Person
  readonly bob: Person
  /** A program of an administrator. */
  readonly token: string
}

/** Started before the file's first test. */
export function useStage(file = appFile): () => Stage {
  let stage: Stage | undefined
  const started: { stop(): Promise<void> }[] = []
  beforeAll(async () => {
    const environment = await setUpVersion(versionUnderTest())
    const app = await startGradioApp({ environment, file })
    started.push(app)
    const gate = await startGateHere({ upstream: app.url, config: readConfigText(config) })
    started.push(gate)
    const enter = async (username: string, role: string): Promise<Person> => {
      const user = await gate.users.add(username, undefined, { roles: [role], attributes: {} })
      await gate.users.setPassword(user, password, leastStretching)
      return { url: gate.url, headers: { cookie: await logIn({ url: gate.url, username, password }) } }
    }
    stage = {
      environment,
      app,
      gate,
      password,
      admin: await enter('admin', 'admin'),
      alice: await enter('alice', 'viewer'),
      bob: await enter('bob', 'viewer'),
      token: await tokenFor(gate),
    }
  })
  afterAll(async () => {
    for (const one of started.reverse()) await one.stop()
  })
  return () => {
    if (stage === undefined) throw new TypeError('Asked for before the first test.')
    return stage
  }
}

async function tokenFor({ store, clock }: GateHere): Promise<string> {
  const register = new TokenRegister({ store, clock, audit: { write: () => Promise.resolve() } })
  const made = await register.create({ name: 'program' as ApiTokenName, roles: ['admin'] })
  return made?.text.reveal() ?? ''
}
