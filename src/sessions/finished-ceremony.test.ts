/** Only the ceremony can say that a ceremony is finished. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

describe('a finished ceremony', () => {
  it('is made in one place', async () => {
    const folder = join(import.meta.dirname, '..')
    const makers: string[] = []
    for await (const file of glob('**/*.ts', { cwd: folder })) {
      if (/\.(?:test|contract)\.ts$/.test(file)) continue
      const casts =
        readFileSync(join(folder, file), 'utf8').match(/\bas (?:unknown as )?FinishedCeremony\b/g) ?? []
      makers.push(...casts.map(() => file))
    }
    expect(makers).toEqual([join('login', 'ceremony.ts')])
  })
})
