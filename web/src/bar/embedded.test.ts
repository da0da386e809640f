/** Where the page is shown. */
import { expect, test } from 'vitest'
import { isEmbedded } from './embedded.ts'

test('a page in a frame of another site is told from one that stands alone or in a frame of its own', () => {
  const at = (origin: string) => ({ origin }) as Location
  const location = at('https://app.example')
  const foreign = {
    get location(): Location {
      throw new DOMException('Blocked.', 'SecurityError')
    },
  }
  expect(isEmbedded({ top: { location } as Window, location })).toBe(false)
  expect(isEmbedded({ top: foreign as unknown as Window, location })).toBe(true)
  expect(isEmbedded({ top: { location: at('https://portal.example') } as Window, location })).toBe(true)
})
