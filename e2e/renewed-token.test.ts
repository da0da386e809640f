/**
 * The story: somebody works on, in several tabs, back and forth and over restarts of the gate, while the session's token is replaced
 * again and again. Nobody notices; and a token that was replaced is worth nothing a minute later.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, BrowserContext } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { readAuditRecords } from '../test/attacks/audit-records.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { databaseOf, makeTokensDue } from './change-sessions.ts'
import { useSideBySide } from './side-by-side.ts'
import { openKitchen, press, untilValue, useEcho } from './scenarios/scenario.ts'
import { signIn } from './sign-in.ts'

let [gate, browser]: [TestGate, Browser] = [] as never
useSideBySide({ app: 'kitchen' }, (made) => ({ gate, browser } = made))

/** As if a minute had passed since the last token was replaced. */
function endGrace(): void {
  // The gate may be writing.
  using sqlite = new DatabaseSync(databaseOf(gate), { timeout: 30_000 })
  sqlite.exec('update replaced_tokens set good_until = 0')
}

async function tokenIn(context: BrowserContext): Promise<string> {
  const cookies = await context.cookies()
  return cookies.find(({ name }) => /^__Host-sekisho-[a-z0-9]{8}$/.test(name))?.value ?? 'none'
}

const sessionRecords = async () =>
  (await readAuditRecords(join(gate.home, 'state', 'audit'))).filter(({ kind }) =>
    kind.startsWith('session.'),
  )

describe('a token that is replaced', () => {
  it('is nobody’s business: tabs, reloads, back and forth, a restart', async () => {
    await withPage(browser, undefined, async (page) => {
      const before = (await sessionRecords()).length
      await signIn(page, gate.url, gate.password)
      const context = page.context()
      const other = await context.newPage()
      for (const tab of [page, other]) await openKitchen(tab, gate.url)
      const deeds = [
        () => Promise.all([useEcho(page, 'one'), useEcho(other, 'other')]),
        () => Promise.all([page.reload(), other.reload()]),
        () => Promise.all([useEcho(page, 'two'), other.goto(`${gate.url}/second-page`)]),
        () => Promise.all([useEcho(page, 'three'), other.goBack()]),
        async () => {
          // Gradio's pages reload by themselves when a server comes back; this is not about those.
          for (const tab of [page, other]) await tab.goto('about:blank')
          await gate.restart()
          for (const tab of [page, other]) await openKitchen(tab, gate.url)
        },
      ]
      const tokens = new Set([await tokenIn(context)])
      for (const deed of deeds) {
        await makeTokensDue(gate)
        await deed()
        await useEcho(page, `after ${String(tokens.size)}`)
        await expect.poll(async () => tokens.has(await tokenIn(context))).toBe(false)
        if (other.url().includes('second-page')) {
          await press(other, 'query-go')
          await untilValue(other, 'query-out', /./)
        } else await useEcho(other, `other after ${String(tokens.size)}`)
        tokens.add(await tokenIn(context))
        endGrace()
      }
      expect(tokens.size).toBe(deeds.length + 1)
      expect((await sessionRecords()).slice(before)).toEqual([])
    })
  })

  it('ends the session of both when its copy is used afterwards, in the open page too', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      await openKitchen(page, gate.url)
      const before = (await sessionRecords()).length
      const copied = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
      const former = await tokenIn(page.context())
      await makeTokensDue(gate)
      await useEcho(page, 'on and on')
      await expect.poll(() => tokenIn(page.context())).not.toBe(former)
      await useEcho(page, 'with the next one')
      endGrace()
      expect((await fetch(`${gate.url}/config`, { headers: { cookie: copied } })).status).toBe(401)
      await page.getByText('You have been signed out').waitFor()
      expect((await sessionRecords()).slice(before)).toMatchObject([
        { kind: 'session.token-reused' },
        { kind: 'session.ended', why: 'token-reused' },
      ])
    })
  })
})
