/** Whoever opens the page of an app that has just changed is shown it, by what it declares now. */
import { expect, it } from 'vitest'
import { defaults } from './config/defaults.ts'
import { rolesFrom } from './policy/sample-roles.contract.ts'
import { writeJson } from './kit/strict-json.ts'
import { loadPolicy } from './policy/load-policy.ts'
import type { Validated } from './request.ts'
import { makeShowing } from './show-app.ts'
import { sampleConfig, sampleModel, type SampleFunction } from './views/sample-app.contract.ts'

const open: SampleFunction = { id: 0, name: 'open', targets: [[1, 'click']] }
const report: SampleFunction = { id: 0, name: 'report', targets: [[1, 'click']] }
const configOf = (functions: readonly SampleFunction[]) =>
  sampleConfig([{ path: '', nodes: [{ id: 1, type: 'button' }], functions }])
const [before, after] = [configOf([open]), configOf([report, { ...open, id: 1 }])]
const request = { entry: { id: 'config.read' }, principal: { kind: 'guest', session: { id: 's' } } }

async function showAfter(refreshed: typeof before) {
  const policy = await loadPolicy({
    roles: rolesFrom('  viewer: { given_to: [guests], call: [open] }'),
    files: [],
  })
  const app = {
    model: sampleModel(before),
    refresh: async () => {
      app.model = sampleModel(refreshed)
    },
  }
  const view = makeShowing({ app, policy, rules: defaults.answers }).viewFor(request as unknown as Validated)
  return String(await view?.(Buffer.from(writeJson(after))))
}

it('an app that declares something else is looked at again, and cut down by that', async () => {
  const shown = await showAfter(after)
  expect(shown).toContain('"open"')
  expect(shown).not.toContain('report')
})

it('what still doesn’t fit is not shown', async () => {
  expect(await showAfter(before)).toBe('stale')
})
