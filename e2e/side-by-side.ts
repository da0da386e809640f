/** An app, the gate in front of it and a browser for both, from before the first test of a file until after its last. */
import type { Browser } from 'playwright-core'
import { beforeAll } from 'vitest'
import { startTestApp, type GradioApp, type TestApp, type TestAppOptions } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate, type TestGateOptions } from '../test/rig/test-gate.ts'
import { openBrowser } from './browser.ts'
import { useEnds } from './use-ends.ts'

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
  const keep = useEnds()
  beforeAll(async () => {
    const app = await keep(startTestApp(name, appOptions?.()))
    const gate = await keep(startTestGate({ ...gateOptions, upstream: app.url }))
    const browser = await keep(openBrowser())
    await give({ app, gate, browser })
  })
}
