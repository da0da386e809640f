/** What comes bit by bit: generators, progress, chat, and stopping. */
import {
  fieldOf,
  openKitchen,
  press,
  typeNumber,
  untilValue,
  watchValues,
  type Scenario,
} from './scenario.ts'

export const streams: readonly Scenario[] = [
  {
    name: 'a generator shows every step as it happens',
    run: async (page, baseUrl, journal) => {
      const left = await journal.count('count left')
      await openKitchen(page, baseUrl)
      await typeNumber(fieldOf(page, 'count-pause'), '1.5')
      const seen = await watchValues(page, 'count-out')
      await press(page, 'count-go')
      await untilValue(page, 'count-out', /6$/)
      // The server's own end comes a pause later; the next scenario counts from there.
      await journal.until('count left', left + 1)
      return seen()
    },
    expected: [1, 2, 3, 4, 5, 6].map((number) => `counted ${String(number)}`),
  },
  {
    name: 'a running generator is stopped on the server',
    run: async (page, baseUrl, journal) => {
      const [left, finished] = [await journal.count('count left'), await journal.count('count finished')]
      await openKitchen(page, baseUrl)
      await typeNumber(fieldOf(page, 'count-last'), '500')
      await typeNumber(fieldOf(page, 'count-pause'), '0.2')
      await press(page, 'count-go')
      await untilValue(page, 'count-out', /counted [2-9]/)
      await press(page, 'count-stop')
      await journal.until('count left', left + 1)
      return { finished: (await journal.count('count finished')) - finished }
    },
    expected: { finished: 0 },
  },
  {
    name: 'progress is shown while a function works',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      // Watched by the page and from before on: it is over in a second.
      const working = page.waitForFunction(() =>
        document.querySelector<HTMLElement>('#work-out')?.innerText.includes('Working'),
      )
      await press(page, 'work-go')
      await working
      return untilValue(page, 'work-out', /done/)
    },
    expected: 'work done',
  },
  {
    name: 'a chat answers twice and keeps its history',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      const say = async (text: string) => {
        await page.locator('#chat textarea').last().fill(text)
        await page.locator('#chat textarea').last().press('Enter')
        await page.locator('#chat .bot').getByText(`You said ${text}`, { exact: true }).first().waitFor()
        // The next message waits until the field takes one again.
        await page.locator('#chat .submit-button').waitFor()
      }
      await say('good morning')
      await say('and good night')
      return page.locator('#chat :is(.user, .bot) .prose').allInnerTexts()
    },
    expected: ['good morning', 'You said good morning', 'and good night', 'You said and good night'],
  },
]
