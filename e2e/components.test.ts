/** Every component is used through its own page, directly and through the gate, and ends alike. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GradioApp } from '../test/rig/test-app.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage, type SignedIn } from './browser.ts'
import { useSideBySide } from './side-by-side.ts'
import { readJournal } from './journal.ts'
import { scenarios } from './scenarios/index.ts'
import type { Journal } from './scenarios/scenario.ts'
import { signedInProfile } from './sign-in.ts'

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
    journal = readJournal(path.join(folder, 'journal'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const appOptions = () => ({ env: { KITCHEN_JOURNAL: path.join(folder, 'journal') } })
  useSideBySide({ app: 'kitchen', appOptions }, async (made) => {
    ;({ app, gate, browser } = made)
    signedIn = await signedInProfile(browser, gate.url, gate.password)
  })

  it.each(scenarios)('$name', async ({ run, expected }) => {
    const direct = await withPage(browser, undefined, (page) => run(page, app.url, journal))
    expect(direct).toEqual(expected)
    const gated = await withPage(browser, signedIn, (page) => run(page, gate.url, journal))
    expect(gated).toEqual(direct)
  })
})
