/** Streams that take ten minutes by every clock, the browser's included; `npm run test:ten-minutes` alone runs them. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { renewMs } from '../src/sessions/lifetime.ts'
import { withPage } from './browser.ts'
import { fieldOf, openKitchen, press, typeNumber, untilValue, watchValues } from './scenarios/scenario.ts'
import { useRelayedPages, type RelayedPages } from './use-relayed-pages.ts'
import { countLoads, instancesOf, refusedOf, watchCalls, type Call } from './watch-calls.ts'

const minute = 60_000
const seconds = 10
/** The first comes at once. */
const last = (10 * minute) / (seconds * 1000) + 1

interface Counting {
  /** Until the page takes what people do. */
  readonly open: (page: Page, url: string) => Promise<void>
  /** What its parts are called. */
  readonly parts: Readonly<Record<'text' | 'echo' | 'said' | 'last' | 'pause' | 'count' | 'counted', string>>
}

const kitchen: Counting = {
  open: openKitchen,
  parts: {
    ...{ text: 'echo-in', echo: 'echo-go', said: 'echo-out' },
    ...{ last: 'count-last', pause: 'count-pause', count: 'count-go', counted: 'count-out' },
  },
}

const neighbours: Counting = {
  open: async (page, url) => {
    await page.goto(`${url}/`)
    // Drawn by a function, which the page calls once it is alive.
    await page.getByRole('button', { name: 'Fill 0' }).waitFor()
  },
  parts: {
    ...{ text: 'text', echo: 'echo', said: 'out' },
    ...{ last: 'number', pause: 'pause', count: 'count', counted: 'out' },
  },
}

/** What was asked for before the first number, until the last, and thereafter. */
interface Asked {
  readonly before: readonly Call[]
  readonly during: readonly Call[]
  readonly after: readonly Call[]
}

describe('a stream of ten minutes', { timeout: 30 * minute }, () => {
  let [busy, quiet]: [RelayedPages, RelayedPages] = [] as never
  useRelayedPages({ app: 'kitchen' }, (made) => (busy = made))
  useRelayedPages({ app: 'neighbours' }, (made) => (quiet = made))

  it.concurrent(
    'ends well on a page that calls all the while, and never has to ask for a challenge',
    async () => {
      const { calls, challenges } = await watchStream(busy, kitchen)
      expect(calls.during.filter(({ path }) => path.endsWith('/queue/data'))).toEqual([])
      // The gate hands out another one after half of its five minutes.
      expect(epochsOf(calls.during).size).toBeGreaterThanOrEqual(4)
      expect([...challenges.during, ...challenges.after]).toEqual([])
    },
  )

  it.concurrent(
    'ends well on a page that asks for nothing else, and then for a challenge first',
    async () => {
      const { calls, challenges } = await watchStream(quiet, neighbours)
      expect(calls.during).toEqual([])
      expect(challenges.during).toEqual([])
      expect(challenges.after.map(({ status }) => status)).toEqual([204])
      const { before, after } = calls
      expect([before, after, [...before, ...after]].map((some) => epochsOf(some).size)).toEqual([1, 1, 2])
    },
  )
})

const epochsOf = (calls: readonly Call[]) => new Set(calls.map(({ epoch }) => epoch))

/** Holds for both: every number came, in its time, to the same document, and nothing was refused before or afterwards. */
async function watchStream(
  { gate, relay, browser, signedIn }: RelayedPages,
  { open, parts }: Counting,
): Promise<{ readonly calls: Asked; readonly challenges: Asked }> {
  // The session's token is replaced in the middle.
  gate.clock.advance(renewMs - 5 * minute)
  const token = async () => {
    const cookies = await signedIn.cookies()
    return cookies.find(({ name }) => name === gate.cookies.session)?.value
  }
  return withPage(browser, signedIn, async (page) => {
    // Beside other work a browser may take long for a click, and this would be all for nothing.
    page.setDefaultTimeout(5 * minute)
    await open(page, relay.url)
    const [first, loads] = [await token(), countLoads(page)]
    const watched = [watchCalls(page), watchCalls(page, paths.challenge)] as const
    const marks: (readonly number[])[] = []
    const mark = () => marks.push(watched.map(({ length }) => length))
    const say = async (text: string) => {
      await fieldOf(page, parts.text).fill(text)
      await press(page, parts.echo)
      await untilValue(page, parts.said, new RegExp(`${text}$`))
    }

    await say('before')
    await typeNumber(fieldOf(page, parts.last), String(last))
    await typeNumber(fieldOf(page, parts.pause), String(seconds))
    const seen = await watchValues(page, parts.counted)
    const started = await page.evaluate(() => performance.now())
    await press(page, parts.count)
    await untilValue(page, parts.counted, /^counted /)
    mark()
    await page.waitForFunction(
      ([selector, value]) => document.querySelector<HTMLInputElement>(selector)?.value === value,
      [`#${parts.counted} :is(textarea, input)`, `counted ${String(last)}`] as const,
      { timeout: 20 * minute },
    )
    mark()
    expect((await page.evaluate(() => performance.now())) - started).toBeGreaterThanOrEqual(10 * minute)
    const numbers = Array.from({ length: last }, (_, step) => `counted ${String(step + 1)}`)
    expect((await seen()).filter((value) => value.startsWith('counted'))).toEqual(numbers)
    await say('and then')

    expect(refusedOf(watched[0])).toEqual([])
    expect(instancesOf(watched[0]).size).toBe(1)
    expect(loads()).toBe(0)
    expect(await token()).not.toBe(first)
    const split = (which: 0 | 1): Asked => {
      const [from, to] = marks.map((lengths) => lengths[which])
      const all = watched[which]
      return { before: all.slice(0, from), during: all.slice(from, to), after: all.slice(to) }
    }
    return { calls: split(0), challenges: split(1) }
  })
}
