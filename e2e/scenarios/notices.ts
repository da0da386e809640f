/** What an app says when something is wrong. */
import type { Page } from 'playwright-core'
import { openKitchen, press, untilValue, type Scenario } from './scenario.ts'

async function noticeOf(page: Page): Promise<string> {
  const notice = page.locator('.toast-body').first()
  await notice.waitFor()
  return (await notice.innerText()).replaceAll(/\s+/g, ' ').trim()
}

const noticeAfter =
  (button: string): Scenario['run'] =>
  async (page, baseUrl) => {
    await openKitchen(page, baseUrl)
    await press(page, button)
    return noticeOf(page)
  }

export const notices: readonly Scenario[] = [
  {
    name: 'gr.Error is shown with its text',
    run: noticeAfter('fail-go'),
    expected: 'Error × The kitchen is closed.',
  },
  {
    name: 'an exception is shown without its text',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      await press(page, 'crash-go')
      const shown = page.locator('#error-out .error').first()
      await shown.waitFor()
      return [await shown.innerText(), await page.getByText('inner detail').count()]
    },
    expected: ['Error', 0],
  },
  {
    name: 'gr.Warning is shown and the function goes on',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      await press(page, 'warn-go')
      return [await noticeOf(page), await untilValue(page, 'error-out', /./)]
    },
    expected: ['Warning × The soup is hot.', 'warned'],
  },
]
