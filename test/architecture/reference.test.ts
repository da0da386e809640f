import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeReference } from '../../scripts/write-reference.ts'

describe('docs/reference', () => {
  it.each(Object.entries(makeReference()))(
    '%s says what the code says (npm run reference writes it)',
    (name, text) => {
      expect(readFileSync(join(import.meta.dirname, '../../docs/reference', name), 'utf8')).toBe(text)
    },
  )
})
