/** An app, the gate in front of it and a browser for both, from before the first test of a file until after its last. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { startTestApp, type GradioApp, type TestApp, type TestAppOptions } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate, type TestGateOptions } from '../test/rig/test-gate.ts'
import { openBrowser } from './browser.ts'

export interface SideBySide {
  readonly app: GradioApp
  readonly gate: TestGate
  readonly browser: Browser
}

export interface SideBySideOptions {
  readonly app: TestApp
  readonly appOptions?: () => TestAppOptions
  readonly gate?: Omit<TestGateOptions, 'upstream'>
}

export function useSideBySide(
  { app: name, appOptions, gate: gateOptions }: SideBySideOptions,
  give: (made: SideBySide) => unknown,
): void {
  const ends: (() => Promise<void>)[] = []
  beforeAll(async () => {
    const app = await startTestApp(name, appOptions?.())
    ends.unshift(() => app.stop())
    const gate = await startTestGate({ ...gateOptions, upstream: app.url })
    ends.unshift(() => gate.stop())
    const browser = await openBrowser()
    ends.unshift(() => browser.close())
    await give({ app, gate, browser })
  })
  // What was started is stopped, also when the rest couldn't be.
  afterAll(async () => {
    for (const end of ends) await end()
  })
}
