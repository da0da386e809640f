/** One use of the app through its own page; it must end alike directly and through the gate. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export interface Scenario {
  readonly name: string
  /** Opens `baseUrl` in `page`, uses one component, and tells what a person saw. */
  readonly run: (page: Page, baseUrl: string, journal: Journal) => Promise<unknown>
  /** What it tells when all is well: two equal failures are failures. */
  readonly expected: unknown
}

/** What the app itself noted, see kitchen.py. */
export interface Journal {
  /** How many lines are there. */
  count(line: string): Promise<number>
  /** Resolves when there are at least so many. */
  until(line: string, count: number): Promise<void>
}

export async function openKitchen(page: Page, baseUrl: string): Promise<void> {
  await page.goto(`${baseUrl}/`)
  // The button is there before its handler is; the timer's first tick shows that the page is alive.
  await untilValue(page, 'timer-out', /^ticked/)
}

/** The input of a Gradio component by its elem_id. */
export const fieldOf = (page: Pick<Page, 'locator'>, id: string) =>
  page.locator(`#${id} :is(textarea, input)`).first()

/** Key by key: over WebDriver BiDi, Playwright's `fill` adds to a number instead of replacing it (playwright-core 1.65). */
export async function typeNumber(field: Locator, number: string): Promise<void> {
  await field.press('ControlOrMeta+A')
  await field.pressSequentially(number)
}

export const valueOf = (page: Page, id: string) => fieldOf(page, id).inputValue()

/** Resolves with the value of a field when it matches. */
export async function untilValue(page: Page, id: string, pattern: RegExp): Promise<string> {
  await page.waitForFunction(
    ([selector, source]) => {
      const field = document.querySelector<HTMLInputElement>(selector)
      return field !== null && new RegExp(source).test(field.value)
    },
    [`#${id} :is(textarea, input)`, pattern.source] as const,
  )
  return valueOf(page, id)
}

export const press = (page: Page, id: string) => page.locator(`#${id}`).click()

/** Sends the kitchen a text that its field for answers doesn't show yet, and waits for it to come back. */
export async function useEcho(page: Page, text: string): Promise<void> {
  await fieldOf(page, 'echo-in').fill(text)
  await press(page, 'echo-go')
  expect(await untilValue(page, 'echo-out', new RegExp(text))).toBe(`echo: ${text}`)
}

/** Every value that a field shows from now on, without repeats, as the page itself sees them. */
export async function watchValues(page: Page, id: string): Promise<() => Promise<readonly string[]>> {
  const seen = await page.evaluateHandle((selector) => {
    const values: string[] = []
    const look = () => {
      const value = document.querySelector<HTMLInputElement>(selector)?.value ?? ''
      if (value !== '' && values.at(-1) !== value) values.push(value)
      requestAnimationFrame(look)
    }
    look()
    return values
  }, `#${id} :is(textarea, input)`)
  return () => seen.jsonValue()
}
