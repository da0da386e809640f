/** An app and the login before it, each under a name of its own at one gate, and a browser that finds both. */
import type { Browser } from 'playwright-core'
import { beforeAll } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { makeCertificate, type Certificate } from '../test/rig/certificate.ts'
import { startTestApp } from '../test/rig/test-app.ts'
import { openBrowser } from './browser.ts'
import { useEnds } from './use-ends.ts'

export const [appName, loginName] = ['demo.test', 'login.test']

export interface LoginHost<Gate> {
  readonly gate: Gate
  readonly browser: Browser
  /** The app's origin, and that of the login. */
  readonly demo: string
  readonly login: string
  /** Whether an address is that of a page at the login host. */
  isAt(path: string): (at: URL) => boolean
  isInApp(at: URL): boolean
}

/** `startGate` has it serve both names with this certificate. */
export function useLoginHost<Gate extends { readonly port: number; stop(): Promise<void> }>(
  startGate: (upstream: string, certificate: Certificate) => Promise<Gate>,
  give: (made: LoginHost<Gate>) => unknown,
): void {
  const keep = useEnds()
  beforeAll(async () => {
    const app = await keep(startTestApp('kitchen'))
    const certificate = await keep(makeCertificate(appName, loginName))
    const gate = await keep(startGate(app.url, certificate))
    const hosts = [appName, loginName]
    const browser = await keep(openBrowser({ hosts, trusted: certificate.text }))
    const [demo, login] = [originOf(appName, gate), originOf(loginName, gate)]
    give({
      ...{ gate, browser, demo, login },
      isAt: (path) => (at) => at.origin === login && at.pathname === path,
      isInApp: (at) => at.origin === demo && !at.pathname.startsWith(paths.base),
    })
  })
}

function originOf(name: string, { port }: { readonly port: number }): string {
  return `https://${name}:${String(port)}`
}
