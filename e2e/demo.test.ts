/** `npm run demo`, from its first line to Ctrl-C: what a newcomer does first. */
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startProcessGroup, type ProcessGroup } from '../scripts/process-group.ts'
import { openBrowser, withPage } from './browser.ts'
import { signIn } from './sign-in.ts'

const root = path.resolve(import.meta.dirname, '..')

describe('the demo', () => {
  let [demo, browser]: [ProcessGroup, Browser] = [] as never

  beforeAll(async () => {
    demo = startProcessGroup({ command: process.execPath, args: ['scripts/demo.ts'], cwd: root })
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  it(
    'prints an address and a pass-phrase, works behind them, and ends without leaving anything',
    { timeout: 400_000 },
    async () => {
      await vi.waitUntil(() => !demo.running || demo.output().includes('Ctrl-C ends'), { timeout: 180_000 })
      const url = /Open +(\S+)/.exec(demo.output())?.[1] ?? ''
      const passphrase = /Pass-phrase +(\S+)/.exec(demo.output())?.[1] ?? ''
      expect(passphrase.split('-').length).toBeGreaterThanOrEqual(7)
      expect(demo.output().split(passphrase).length).toBe(2)

      await withPage(browser, undefined, async (page) => {
        await signIn(page, url, passphrase)
        await page.getByLabel('Content 1').fill('two words')
        await page.getByLabel('Content 3').fill('and three more')
        await page.getByRole('button', { name: 'Submit' }).click()
        await page.getByText('5 words in all.').waitFor()
        await page.getByRole('tab', { name: 'Chat' }).click()
        await page.getByPlaceholder('Type a message...').fill('hello there')
        await page.getByPlaceholder('Type a message...').press('Enter')
        await page.getByText('Backwards it reads: there hello').waitFor()
      })

      process.kill(demo.pid, 'SIGINT')
      expect(await demo.exited).toEqual({ code: 0, signal: null })
      await expect(fetch(url)).rejects.toThrow('fetch failed')
    },
  )
})
