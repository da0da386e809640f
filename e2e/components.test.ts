/** Every component is used through its own page, directly and through the gate, and ends alike. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { openBrowser, withPage, type SignedIn } from './browser.ts'
import { readJournal } from './journal.ts'
import { scenarios } from './scenarios/index.ts'
import type { Journal } from './scenarios/scenario.ts'
import { signedInState } from './sign-in.ts'

describe('an unchanged app behind the gate', () => {
  let [folder, app, gate, browser, signedIn, journal]: [
    string,
    GradioApp,
    TestGate,
    Browser,
    SignedIn,
    Journal,
  ] = [] as never

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sekisho-journal-'))
    const file = path.join(folder, 'journal')
    journal = readJournal(file)
    app = await startTestApp('kitchen', { env: { KITCHEN_JOURNAL: file } })
    gate = await startTestGate({ upstream: app.url })
    browser = await openBrowser()
    signedIn = await signedInState(browser, gate.url, gate.password)
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(scenarios)('$name', async ({ run, expected }) => {
    const direct = await withPage(browser, undefined, (page) => run(page, app.url, journal))
    expect(direct).toEqual(expected)
    const gated = await withPage(browser, signedIn, (page) => run(page, gate.url, journal))
    expect(gated).toEqual(direct)
  })
})
