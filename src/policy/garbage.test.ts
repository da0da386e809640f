/** Whatever stands in a policy file of the operator: it is refused as a whole, or grants nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { actions } from '../catalog/actions.ts'
import { GateFault } from '../kit/fault.ts'
import { anyContext } from './cedar-context.ts'
import type { PolicyEngine } from './engine.ts'
import { loadPolicy } from './load-policy.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('garbage never allows anything', async () => {
  const file = join(folder, 'own.cedar')
  const pieces = [
    'permit',
    'forbid',
    '(',
    ')',
    'principal',
    'action',
    'resource',
    ',',
    ';',
    '"',
    '@id("x")',
    'é',
  ]
  const garbage = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 }).map((all) => all.join(' ')),
  )
  const ask = { principal: { kind: 'guest' }, resource: { kind: 'app' }, context: anyContext } as const
  await fc.assert(
    fc.asyncProperty(garbage, async (text) => {
      await writeFile(file, text)
      const engine = await loadPolicy({ roles: [], files: [file] }).catch((fault: unknown) => fault)
      if (engine instanceof GateFault) {
        expect(engine.code).toBe('policy-invalid')
        return
      }
      for (const action of actions)
        expect((engine as PolicyEngine).decide({ ...ask, action }).allow, action).toBe(false)
    }),
    { numRuns: 150 },
  )
})
