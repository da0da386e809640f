/** The page with one of every component. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { typeNumber } from './scenario.ts'

/** Ready to be used. */
export async function untilEveryIsThere(page: Page): Promise<void> {
  await page.locator('#scripted').waitFor()
  // The last of the components that come when the page is otherwise there.
  await page.locator('#result textarea').waitFor()
}

// One white pixel.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC',
  'base64',
)

/** One for each component that takes files; `folder` holds them meanwhile. */
export async function chooseFiles(page: Page, folder: string): Promise<void> {
  const [image, text, other] = ['a.png', 'a.txt', 'b.txt'].map((name) => path.join(folder, name))
  if (image === undefined || text === undefined || other === undefined) throw new TypeError('no names')
  await Promise.all([writeFile(image, png), writeFile(text, 'a'), writeFile(other, 'b')])
  const uploaded = async (place: string, files: readonly string[]) => {
    // Beside it comes `upload_progress`, which is answered first.
    const done = page.waitForResponse((response) => new URL(response.url()).pathname === '/gradio_api/upload')
    await page
      .locator(`${place} input[type=file]`)
      .first()
      .setInputFiles([...files])
    await done
  }
  await uploaded('#image-in', [image])
  await uploaded('#file-in', [text])
  await uploaded('#files-in', [text, other])
  await uploaded('#gallery-in', [image])
  await uploaded('#multimodal-in', [text])
}

/** Texts and choices, some beyond what the page lets through. */
export async function fillIn(page: Page): Promise<void> {
  // Key by key, since the length of a field binds who types, and not every way to fill it.
  await page.getByLabel('short text').pressSequentially('12345678and more')
  await page.getByRole('checkbox', { name: 'red' }).first().check()
  await page.getByRole('radio', { name: 'Large' }).check()
  await typeNumber(page.getByLabel('whole number'), '2.5')
}
