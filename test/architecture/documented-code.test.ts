/** Code that a page shows stands in the file that it is said to be from, and that file is tested. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const shown = /<!-- (examples\/\S+) -->\n\n```\w+\n([\s\S]*?)```/g

describe.each(['docs/operate/assertion.md', 'docs/operate/bound-tokens.md', 'docs/inside-your-function.md'])(
  '%s',
  (page) => {
    const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(shown)]

    it('shows examples', () => {
      expect(blocks.length).toBeGreaterThan(0)
    })

    it.each(blocks.map(([, file = '', code = '']) => [file, code]))('shows %s as it is', (file, code) => {
      expect(readFileSync(join(root, file), 'utf8')).toContain(code)
    })
  },
)
