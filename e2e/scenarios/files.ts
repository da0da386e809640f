/** Files: images up and shown, files up and down, sound and film, and the file explorer. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { openKitchen, press, untilValue, type Scenario } from './scenario.ts'

// A PNG of two pixels: red, blue.
const redBlue = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DAwPAfAAcAAf9+CLHQAAAAAElFTkSuQmCC',
  'base64',
)

/** The colours of the first row of an image that the page shows. */
function shownPixels(page: Page, selector: string): Promise<readonly string[]> {
  return page.evaluate(async (image) => {
    const found = document.querySelector<HTMLImageElement>(image)
    if (found === null) return []
    await found.decode()
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [found.naturalWidth, found.naturalHeight]
    const context = canvas.getContext('2d')
    context?.drawImage(found, 0, 0)
    const { data } = context?.getImageData(0, 0, canvas.width, 1) ?? { data: [] }
    return Array.from({ length: canvas.width }, (_, x) => [...data.slice(4 * x, 4 * x + 3)].join(' '))
  }, selector)
}

/** Plays for real: metadata, a seek (a range request), and what the element then knows. */
const play =
  (component: string, element: 'audio' | 'video'): Scenario['run'] =>
  async (page, baseUrl) => {
    await openKitchen(page, baseUrl)
    const answered = page.waitForResponse((response) => response.url().includes('/gradio_api/file='))
    await press(page, `${component}-go`)
    const first = await answered
    const url = first.url()
    const facts = await page.evaluate(
      ([kind, source]) =>
        new Promise<{ seconds: number; seeked: number }>((resolve, reject) => {
          const media = document.createElement(kind)
          media.onerror = () => reject(new TypeError(`The ${kind} can't be played.`))
          media.onloadedmetadata = () => (media.currentTime = media.duration / 2)
          media.onseeked = () => {
            resolve({ seconds: Math.round(media.duration), seeked: Math.round(media.currentTime) })
          }
          media.src = source
        }),
      [element, url] as const,
    )
    const part = await page.request.get(url, { headers: { range: 'bytes=100-199' } })
    return {
      ...facts,
      part: [part.status(), (await part.body()).length, part.headers()['content-range']],
      type: first.headers()['content-type'],
    }
  }

export const files: readonly Scenario[] = [
  {
    name: 'an image goes up and its mirror comes back',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      await page
        .locator('#image-in input[type=file]')
        .setInputFiles({ name: 'red-blue.png', mimeType: 'image/png', buffer: redBlue })
      await page.locator('#image-in img').waitFor()
      await press(page, 'image-go')
      await page.locator('#image-out img').waitFor()
      return shownPixels(page, '#image-out img')
    },
    expected: ['0 0 255', '255 0 0'],
  },
  {
    name: 'a file goes up and another comes down',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      const text = 'line of text, ümlaut\n'.repeat(50_000)
      await page
        .locator('#file-in input[type=file]')
        .setInputFiles({ name: 'büro note.txt', mimeType: 'text/plain', buffer: Buffer.from(text) })
      const link = page.locator('#file-out a[download]').first()
      await link.waitFor()
      const downloading = page.waitForEvent('download')
      await link.click()
      const download = await downloading
      const content = await readFile(await download.path(), 'utf8')
      return {
        name: download.suggestedFilename(),
        bytes: content.length,
        same: content === text.toUpperCase(),
      }
    },
    expected: { name: 'shouted-büro note.txt', bytes: 1_050_000, same: true },
  },
  {
    name: 'a large upload arrives whole',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      const buffer = Buffer.alloc(30 * 1024 * 1024, 'abcdefg\n')
      await page
        .locator('#file-in input[type=file]')
        .setInputFiles({ name: 'large.txt', mimeType: 'text/plain', buffer })
      const link = page.locator('#file-out a[download]').first()
      await link.waitFor()
      const answer = await page.request.get((await link.getAttribute('href')) ?? '')
      const upper = Buffer.alloc(buffer.length, 'ABCDEFG\n')
      const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
      return digest(await answer.body()) === digest(upper)
    },
    expected: true,
  },
  {
    name: 'sound plays and can be sought',
    run: play('audio', 'audio'),
    expected: { seconds: 1, seeked: 1, part: [206, 100, 'bytes 100-199/16136'], type: 'audio/wav' },
  },
  {
    name: 'film plays and can be sought',
    run: play('video', 'video'),
    expected: { seconds: 5, seeked: 3, part: [206, 100, 'bytes 100-199/261179'], type: 'video/mp4' },
  },
  {
    name: 'the file explorer lists folders and picks a file',
    run: async (page, baseUrl) => {
      await openKitchen(page, baseUrl)
      const explorer = page.locator('#explorer')
      const entry = (name: string) =>
        explorer.locator('.wrap', { has: page.getByText(name, { exact: true }) })
      await entry('lower').getByRole('button').click()
      await entry('deep.txt').getByRole('checkbox').check()
      await entry('top.txt').getByRole('checkbox').check()
      await press(page, 'explorer-go')
      return untilValue(page, 'explorer-out', /picked/)
    },
    expected: 'picked deep.txt, top.txt',
  },
]
