/** The import table holds, and would notice if it didn't. */
import { describe, expect, it } from 'vitest'
import { findForbiddenImports, importsOf, isAllowed } from '../../scripts/check-imports.ts'

describe('import directions', () => {
  it('follow the table', () => {
    expect(findForbiddenImports()).toEqual([])
  })

  it.each([
    "import { a } from './b.ts'",
    "import type { a } from './b.ts'",
    "import {\n  a,\n  c,\n} from './b.ts'",
    "export * from './b.ts'",
    "import './b.ts'",
    "const a = await import('./b.ts')",
  ])('are seen in %j', (text) => {
    expect(importsOf('forward/a.ts', text)).toEqual(['forward/b.ts'])
  })

  it.each([
    ['forward/forward.ts', 'validate/meter.ts'],
    ['classify/classify.ts', 'receive/canonical-path.ts'],
    ['authorize/authorize.ts', 'store/engines/sqlite/open.ts'],
    ['sessions/sessions.ts', 'login/ceremony.ts'],
    ['kit/fault.ts', 'refusals.ts'],
    ['contract/contract.ts', 'kit/fault.ts'],
    ['gate.ts', 'build.ts'],
    ['policy/cedar.ts', 'sessions/sessions.ts'],
  ])('%s may not import %s', (from, to) => {
    expect(isAllowed(from, to)).toBe(false)
  })
})
