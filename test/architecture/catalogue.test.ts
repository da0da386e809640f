/** Tables that must agree: catalogue, actions, policy schema, refusals, brands. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actions } from '../../src/catalog/actions.ts'
import { catalogue, unknownRoute } from '../../src/catalog/index.ts'
import { refusals } from '../../src/refusals.ts'

const src = join(import.meta.dirname, '../../src')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }))

describe('the tables', () => {
  it('use every action, and only those there are', () => {
    const used = new Set([...catalogue, unknownRoute].map((entry) => entry.action))
    // By the same route as one's own; whose the file is shows only when it is looked up (authorize/authorize-target.ts).
    const byResource = ['readOthersFile']
    expect([...used, ...byResource].sort()).toEqual([...actions].sort())
  })

  it('name every action in the policy schema', () => {
    const schema = readFileSync(join(src, 'policy/gate.cedarschema'), 'utf8')
    for (const action of actions) expect(schema).toMatch(new RegExp(`\\b${action}\\b`))
  })

  it('send nobody anywhere with an action that is refused for everybody', () => {
    const never = new Set(['administer', 'useServerCredential', 'bypassLogin', 'reachUnknown'])
    for (const entry of catalogue)
      if (never.has(entry.action)) expect(`${entry.id} ${entry.goesTo}`).toBe(`${entry.id} nowhere`)
  })

  it('say no in constant words that name no cause', () => {
    for (const [code, row] of Object.entries(refusals)) {
      expect(row.status, code).toBeGreaterThanOrEqual(400)
      for (const text of Object.values(row.says)) expect(text.length, code).toBeLessThan(60)
      expect(JSON.stringify(row.says), code).not.toMatch(/token|cookie|policy|session|header|path/i)
    }
  })

  it('use every refusal somewhere', () => {
    const all = sources
      .filter(({ file }) => file !== 'refusals.ts' && file !== 'audit/vocabulary.ts')
      .map(({ text }) => text)
      .join('\n')
    const unused = Object.keys(refusals).filter((code) => !all.includes(`'${code}'`))
    expect(unused).toEqual([])
  })
})

describe('brands', () => {
  it.each([
    ['CanonicalPath', 'receive/canonical-path.ts', 1],
    ['ClientAddress', 'receive/client-address.ts', 3],
    ['Allow', 'authorize/authorize.ts', 1],
    ['Content', 'read/read.ts', 2],
    ['Outgoing', 'resolve/resolve.ts', 1],
    ['Permit', 'authorize/authorize-target.ts', 1],
    ['Sound', 'validate/validate.ts', 1],
    ['Owner', 'ownership/owner.ts', 3],
    ['FinishedCeremony', 'login/ceremony.ts', 1],
  ])('%s is made in %s only', (brand, maker, times) => {
    const cast = new RegExp(`\\bas (?:unknown as )?${brand}\\b`, 'g')
    const found = sources.flatMap(({ file, text }) => (text.match(cast) ?? []).map(() => file))
    expect(found).toEqual(Array.from({ length: times }, () => maker))
  })
})

describe('documents', () => {
  it('name only files that exist', () => {
    const root = join(src, '..')
    for (const document of ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md']) {
      const text = readFileSync(join(root, document), 'utf8')
      const named = [...text.matchAll(/`((?:src|web|e2e|scripts|test|docs|demo)\/[\w./-]+\.\w+)`/g)].map(
        (match) => match[1] ?? '',
      )
      const missing = named.filter(
        (path) => !path.includes('<') && readdirOrFile(join(root, path)) === undefined,
      )
      expect(`${document}: ${missing.join()}`).toBe(`${document}: `)
    }
  })
})

function readdirOrFile(path: string): unknown {
  try {
    return readFileSync(path)
  } catch {
    try {
      return readdirSync(path)
    } catch {
      return undefined
    }
  }
}
