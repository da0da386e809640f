/** Pages that stay open for long: an app, a gate whose clock can be moved on, a wire that can be cut, and somebody who signed in over it. */
import type { Browser } from 'playwright-core'
import { beforeAll } from 'vitest'
import { defaults } from '../src/config/defaults.ts'
import { leastStretching } from '../src/contract/contract.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { startRecordingRelay, type RecordingRelay } from '../test/rig/recording-relay.ts'
import { startTestApp, type TestApp } from '../test/rig/test-app.ts'
import { openBrowser, type BrowserWishes, type SignedIn } from './browser.ts'
import { signedInProfile } from './sign-in.ts'
import { useEnds } from './use-ends.ts'

const hour = 3_600_000

export interface RelayedPages {
  readonly gate: GateHere
  readonly relay: RecordingRelay
  readonly browser: Browser
  readonly signedIn: SignedIn
}

export interface RelayedPagesOptions {
  readonly app: TestApp
  readonly browser?: BrowserWishes
}

export function useRelayedPages(
  { app: name, browser: wishes }: RelayedPagesOptions,
  give: (made: RelayedPages) => unknown,
): void {
  const keep = useEnds()
  beforeAll(async () => {
    const app = await keep(startTestApp(name))
    const session = { ...defaults.session, idleMs: 8 * hour }
    const gate = await keep(
      startGateHere({
        upstream: app.url,
        config: { session },
        stretching: leastStretching,
        clock: 'goes',
      }),
    )
    const relay = await keep(startRecordingRelay(gate.port))
    const browser = await keep(openBrowser(wishes))
    const signedIn = await signedInProfile(browser, relay.url, gate.password)
    give({ gate, relay, browser, signedIn })
  })
}
