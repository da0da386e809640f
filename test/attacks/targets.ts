/** Starts what an attack is shown on, and the gate in front of the same app; ends it all after the file's tests. */
import { afterAll, beforeAll } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { startGateHere, type GateHere, type GateHereOptions } from '../rig/gate-here.ts'
import { logIn } from '../rig/log-in.ts'
import { startTestApp, type GradioApp, type TestApp, type TestAppOptions } from '../rig/test-app.ts'

/** What the careless app knows and no stranger may see (test/rig/apps/careless.py). */
export const canary = 'Database password'

const often = { burst: 1000, intervalMs: 1 }
/** For tests that aren't about the pace of logins: that is brute-force.test.ts's affair. */
export const unpaced: Config['pace'] = { address: often, everyone: often, knownBrowser: often }

export interface Started<T> {
  (): T
}

/** The app starts before the file's first test. */
export function useApp(name: TestApp, options: TestAppOptions = {}): Started<GradioApp> {
  return useThing(() => startTestApp(name, options))
}

/** The careless app with Gradio's own login: admin/password and bob/bobpw. */
export function useAppWithAuth(options: TestAppOptions = {}): Started<GradioApp> {
  return useApp('careless', { ...options, env: { ...options.env, CARELESS_AUTH: '1' } })
}

/** The gate in front of an app; declare it after the app. */
export function useGate(
  app: Started<{ readonly url: string }>,
  options: Omit<GateHereOptions, 'upstream'> = {},
): Started<GateHere> {
  return useThing(() => startGateHere({ ...options, upstream: app().url }))
}

/** One session of a rightful user, made once: a login costs what it should. `keyless`: without a key, where the gate does without. */
export function useSession(gate: Started<GateHere>, { keyless = false } = {}): Started<string> {
  return useThing(
    async () => {
      const { url, password } = gate()
      const cookie = await logIn({ url, password, keyless })
      return { cookie, stop: () => Promise.resolve() }
    },
    ({ cookie }) => cookie,
  )
}

/** Starts before the file's first test, and ends after its last. */
export function useThing<T extends { stop(): Promise<void> }, Seen = T>(
  start: () => Promise<T>,
  show: (thing: T) => Seen = (thing) => thing as unknown as Seen,
): Started<Seen> {
  let thing: T | undefined
  beforeAll(async () => {
    thing = await start()
  })
  afterAll(async () => {
    await thing?.stop()
  })
  return () => {
    if (thing === undefined) throw new TypeError('Asked for before the first test.')
    return show(thing)
  }
}
