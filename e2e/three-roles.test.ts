/** `npm run demo:roles`: three people, and what each of them may see and do in the same app. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cliEntry } from '../scripts/gate-process.ts'
import { startProcessGroup, type ProcessGroup } from '../scripts/process-group.ts'
import { runCommand } from '../scripts/run-command.ts'
import { openBrowser, withPage, type SignedIn } from './browser.ts'
import { signedInProfile } from './sign-in.ts'

const root = path.resolve(import.meta.dirname, '..')
const [vera, anton, ada] = ['vera', 'anton', 'ada'] as const
type Name = typeof vera | typeof anton | typeof ada

describe('the demo with three roles', () => {
  let [demo, browser]: [ProcessGroup, Browser] = [] as never
  let url = ''
  const passwords = new Map<Name, string>()
  const signedIn = new Map<Name, SignedIn>()

  beforeAll(async () => {
    demo = startProcessGroup({
      command: process.execPath,
      args: ['scripts/demo.ts', 'three-roles'],
      cwd: root,
    })
    browser = await openBrowser()
    await vi.waitUntil(() => !demo.running || demo.output().includes('Ctrl-C ends'), { timeout: 180_000 })
    url = /Open +(\S+)\//.exec(demo.output())?.[1] ?? ''
    for (const name of [vera, anton, ada]) {
      const line = new RegExp(`^ *${name} +\\w+ +(\\S+)$`, 'm').exec(demo.output())
      passwords.set(name, line?.[1] ?? '')
      signedIn.set(name, await signedInProfile(browser, url, passwords.get(name) ?? '', name))
    }
  }, 400_000)

  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  const inside = <T>(name: Name, use: (page: Page) => Promise<T>): Promise<T> =>
    withPage(browser, signedIn.get(name), async (page) => {
      await page.goto(url)
      await page.getByText('Stage piano').waitFor()
      return use(page)
    })

  const call = (name: Name, endpoint: string, data: readonly string[]) =>
    inside(name, (page) => callFrom(page, endpoint, data))

  it.each([
    [vera, ['Look up']],
    [anton, ['Look up', 'Report']],
    [ada, ['Look up', 'Report', 'Administration']],
  ] as const)('%s sees %j and nothing else', async (name, tabs) => {
    await inside(name, async (page) => {
      expect(await page.getByRole('tab').allInnerTexts()).toEqual(tabs)
      const config = await page.evaluate(() => fetch('config').then((answer) => answer.text()))
      expect(['report_month', 'admin_loans'].filter((one) => config.includes(one))).toEqual(
        ['report_month', 'admin_loans'].slice(0, tabs.length - 1),
      )
    })
  })

  it('everybody looks things up, and what stands in a note is text', async () => {
    await inside(vera, async (page) => {
      await page.getByLabel('Name or number').fill('cello')
      await page.getByLabel('Name or number').press('Enter')
      await page.getByText('Stage piano').waitFor({ state: 'detached' })
      await page.getByText('Endpin <loose>, ask before lending').waitFor()
    })
  })

  it('an input against the rules is refused in the page, under its label', async () => {
    await inside(vera, async (page) => {
      await page.getByLabel('Name or number').fill("' OR 1=1 --")
      await page.getByLabel('Name or number').press('Enter')
      await page.getByText('This input is not allowed').first().waitFor()
    })
  })

  it('an analyst makes a report, and only who made it reads its file', async () => {
    await inside(anton, async (page) => {
      await page.getByRole('tab', { name: 'Report' }).click()
      await page.getByRole('button', { name: 'Make the report' }).click()
      await page.getByText('4 loans, 50 days in all').waitFor()
      const link = page.locator('a[download]').first()
      const href = (await link.getAttribute('href')) ?? ''
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
      expect(await readFile(await download.path(), 'utf8')).toMatch(
        /^number,name,days,note\r\nT-01,[^]*'\+ pedal/,
      )

      const asWhom = async (name: Name) =>
        (await signedIn.get(name)?.request.get(new URL(href, url).href))?.status()
      expect([await asWhom(anton), await asWhom(ada)]).toEqual([200, 404])
    })
  })

  it('an administrator sees who has what, and writes an instrument off', async () => {
    await inside(ada, async (page) => {
      await page.getByRole('tab', { name: 'Administration' }).click()
      await page.getByRole('button', { name: 'Show who has what' }).click()
      await page.getByText('Nora Keller').first().waitFor()
      await page.getByLabel('Number of the instrument').fill('P-02')
      await page.getByRole('button', { name: 'Write off' }).click()
      // Where the answer to a first try was lost, it is written off by now.
      await page.getByText(/P-02 is written off\.|There is no instrument with this number/).waitFor()
    })
    const left = await call(vera, 'lookup', ['accordion', 'All'])
    expect(left.body).toContain('Nothing by that name')
  })

  it.each([
    [vera, 'report_month', ['2026-10']],
    [vera, 'admin_loans', []],
    [anton, 'admin_loans', []],
    [anton, 'admin_write_off', ['V-01']],
  ] as const)('%s who calls %s by name is refused', async (name, endpoint, data) => {
    expect((await call(name, endpoint, data)).status).toBe(403)
  })

  it('the roles say what the tests beside them say', async () => {
    const result = await runCommand(process.execPath, [...cliEntry(), 'policy', 'test'], {
      cwd: path.join(root, 'examples/three-roles'),
    })
    expect([result.code, result.stderr.trim()]).toEqual([
      0,
      expect.stringMatching(/Passed: 9\. Failed: 0\.$/),
    ])
  })

  it('reports are limited for each person on their own', async () => {
    const statuses: number[] = []
    await inside(anton, async (page) => {
      // One more is allowed for every six seconds that these take; one was used above.
      while (statuses.at(-1) !== 429 && statuses.length < 50)
        statuses.push((await callFrom(page, 'report_month', ['2026-09'])).status)
    })
    expect(new Set(statuses.slice(0, 9))).toEqual(new Set([200]))
    expect(statuses.at(-1)).toBe(429)
    expect((await call(ada, 'report_month', ['2026-09'])).status).toBe(200)
  })

  it('each pass-phrase is printed once, and Ctrl-C ends everything', async () => {
    for (const password of passwords.values()) {
      expect(password.split('-').length).toBeGreaterThanOrEqual(7)
      expect(demo.output().split(password).length).toBe(2)
    }
    process.kill(demo.pid, 'SIGINT')
    expect(await demo.exited).toEqual({ code: 0, signal: null })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

/** Past every button. */
function callFrom(page: Page, endpoint: string, data: readonly string[]) {
  return page.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(path, { method: 'POST', headers, body })
      return { status: answer.status, body: await answer.text() }
    },
    [`gradio_api/run/${endpoint}`, JSON.stringify({ data })] as const,
  )
}
