/** HTTPS in one flag: a certificate from a CA for a bare IP address, in a browser that trusts that CA and no other. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { askHttps } from '../test/rig/ask-https.ts'
import { startPebble, type PebbleCa } from '../test/rig/pebble.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { openBrowser, withPage } from './browser.ts'
import { signIn } from './sign-in.ts'

describe('a gate at a bare address, with --https', () => {
  let [app, ca, gate, trusting, strange]: [GradioApp, PebbleCa, TestGate, Browser, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('demo')
    ca = await startPebble()
    gate = await startTestGate({
      upstream: app.url,
      args: [
        ...['--https', '127.0.0.1', '--http-listen', `127.0.0.1:${String(ca.ports.http)}`],
        ...['--acme-directory', ca.directory, '--acme-ca', ca.caFile],
      ],
    })
    await vi.waitUntil(() => gate.process.output().includes('The gate stands in front of'), {
      timeout: 180_000,
      interval: 100,
    })
    // The root itself is not sent.
    trusting = await openBrowser({ trusted: await ca.intermediate() })
    strange = await openBrowser()
  })

  afterAll(async () => {
    await trusting?.close()
    await strange?.close()
    await gate?.stop()
    await ca?.remove()
    await app?.stop()
  })

  it('has a certificate that is good for the address', async () => {
    expect((await askHttps({ port: gate.port, ca: await ca.root() })).status).toBe(200)
  })

  it('lets people sign in over HTTP/2 and use the app', async () => {
    await withPage(trusting, undefined, async (page) => {
      await signIn(page, `https://127.0.0.1:${gate.port}/`, gate.password)
      await page.getByLabel('Content 1').fill('関所')
      await page.getByRole('button', { name: 'Submit' }).click()
      await page.getByText('関所').last().waitFor()
      expect(await page.evaluate(() => isSecureContext)).toBe(true)
      expect(await page.evaluate(protocolOfThisPage)).toBe('h2')
      const cookies = (await page.context().cookies()).filter(({ name }) => name.includes('sekisho'))
      expect(cookies.length).toBeGreaterThan(0)
      for (const cookie of cookies) expect(cookie).toMatchObject({ secure: true, httpOnly: true })
    })
  })

  it('leads a browser that comes in clear to HTTPS', async () => {
    await withPage(trusting, undefined, async (page) => {
      await page.goto(`http://127.0.0.1:${String(ca.ports.http)}/second?x=1`)
      expect(page.url()).toMatch(`https://127.0.0.1:${gate.port}/`)
    })
  })

  it('is refused by a browser that does not know the CA', async () => {
    await withPage(strange, undefined, async (page) => {
      await expect(page.goto(`https://127.0.0.1:${gate.port}/`)).rejects.toThrow(
        /ERR_CERT_AUTHORITY_INVALID|SEC_ERROR_UNKNOWN_ISSUER/,
      )
    })
  })
})

function protocolOfThisPage(): string {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return entry?.nextHopProtocol ?? ''
}
