/** Every component is used through its own page, directly and through the gate, and ends alike. */
import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { GradioApp } from '../test/rig/test-app.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage, type SignedIn } from './browser.ts'
import { useSideBySide } from './side-by-side.ts'
import { useJournal } from './journal.ts'
import { scenarios } from './scenarios/index.ts'
import { signedInProfile } from './sign-in.ts'
import { watchViolations } from './watch-violations.ts'

describe('an unchanged app behind the gate', () => {
  let [app, gate, browser, signedIn]: [GradioApp, TestGate, Browser, SignedIn] = [] as never
  let violated: () => Promise<readonly string[]>
  const { journal, appOptions } = useJournal()
  useSideBySide({ app: 'kitchen', appOptions }, async (made) => {
    ;({ app, gate, browser } = made)
    signedIn = await signedInProfile(browser, gate.url, gate.password)
    violated = await watchViolations(signedIn)
  })

  it.each(scenarios)('$name', async ({ run, expected }) => {
    const direct = await withPage(browser, undefined, (page) => run(page, app.url, journal))
    expect(direct).toEqual(expected)
    await withPage(browser, signedIn, async (page) => {
      expect(await run(page, gate.url, journal)).toEqual(direct)
      expect(await violated()).toEqual([])
    })
  })
})
