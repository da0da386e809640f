/** Components that take and show values: text, state, rendered ones, timers, and the second page. */
import { fieldOf, openKitchen, press, typeNumber, untilValue, valueOf, type Scenario } from './scenario.ts'

const echo =
  (button: string): Scenario['run'] =>
  async (page, baseUrl) => {
    await openKitchen(page, baseUrl)
    await fieldOf(page, 'echo-in').fill('日本語 & <b>text</b> "1%2F2"')
    await press(page, button)
    return untilValue(page, 'echo-out', /^echo:/)
  }

export const values: readonly Scenario[] = [
  {
    name: 'a text box answers through the queue',
    run: echo('echo-go'),
    expected: 'echo: 日本語 & <b>text</b> "1%2F2"',
  },
  {
    name: 'a text box answers outside the queue',
    run: echo('fast-go'),
    expected: 'echo: 日本語 & <b>text</b> "1%2F2"',
  },
  {
    name: 'state is kept in one page, and is its own in another tab',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      const other = await page.context().newPage()
      await openKitchen(other, baseUrl)
      await press(page, 'state-go')
      await untilValue(page, 'state-out', /is 1$/)
      await press(page, 'state-go')
      await untilValue(page, 'state-out', /is 2$/)
      await press(other, 'state-go')
      return [await untilValue(other, 'state-out', /is/), await valueOf(page, 'state-out')]
    },
    expected: ['count is 1', 'count is 2'],
  },
  {
    name: 'a reload starts a new state',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      await press(page, 'state-go')
      await untilValue(page, 'state-out', /is 1$/)
      await page.reload()
      await untilValue(page, 'timer-out', /^ticked/)
      await press(page, 'state-go')
      return untilValue(page, 'state-out', /is/)
    },
    expected: 'count is 1',
  },
  {
    name: 'rendered components appear and work',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      await typeNumber(page.locator('#render-count input[type=number]'), '3')
      await page.keyboard.press('Enter')
      await press(page, 'fill-2')
      return untilValue(page, 'box-2', /filled/)
    },
    expected: 'filled 2',
  },
  {
    name: 'a timer ticks by itself',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      return untilValue(page, 'timer-out', /3$/)
    },
    expected: 'ticked 3',
  },
  {
    name: 'a second page gets its query',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/second-page?x=1%202`)
      await press(page, 'query-go')
      return [await untilValue(page, 'query-out', /^x=/), new URL(page.url()).search]
    },
    expected: ['x=1 2', '?x=1%202'],
  },
  {
    name: 'leaving the page runs what the app does at unload',
    run: async (page, baseUrl, journal) => {
      await openKitchen(page, baseUrl)
      // Not sooner: the pages of other scenarios are told a while after they were closed.
      const before = await journal.count('unloaded')
      await page.close()
      await journal.until('unloaded', before + 1)
      return 'unloaded'
    },
    expected: 'unloaded',
  },
]
