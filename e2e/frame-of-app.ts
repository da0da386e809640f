/** A page of the app in a frame of another one. */
import type { Frame, Page } from 'playwright-core'

/** The same page once more, in a frame of it. */
export async function addFrameOfApp(page: Page): Promise<Frame> {
  const attached = page.waitForEvent('frameattached')
  await page.evaluate(() => {
    const frame = document.createElement('iframe')
    frame.src = location.href
    document.body.prepend(frame)
  })
  return attached
}
