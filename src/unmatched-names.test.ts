/** What an operator is told of names that the app doesn't have. */
import { describe, expect, it } from 'vitest'
import type { AppModel } from './app/model.ts'
import { defaults } from './config/defaults.ts'
import { findUnmatchedNames } from './unmatched-names.ts'

const model = {
  endpoints: new Map(),
  byName: new Map(['predict', 'report_year'].map((name) => [name, {}])),
} as unknown as AppModel

const find = (limits: readonly string[], answers: readonly string[]) =>
  findUnmatchedNames(
    {
      inputs: [],
      limits: { ...defaults.limits, endpoints: limits.map((pattern) => ({ pattern })) },
      answers: {
        ...defaults.answers,
        endpoints: Object.fromEntries(answers.map((name) => [name, defaults.answers.all])),
      },
    },
    model,
  )

describe('names in the settings', () => {
  it('that the app has are nothing to speak of', () => {
    expect(find(['predict', 'report_*', '*'], ['report_year'])).toEqual([])
  })

  it('that it does not have are named, with the nearest that it has', () => {
    expect(find(['predct', 'sum_*'], ['report_yaer'])).toEqual([
      expect.stringMatching(/^limits\.endpoints\.predct: the app has no such endpoint\..*predict/),
      'limits.endpoints.sum_*: the app has no such endpoint.',
      expect.stringMatching(/^answers\.endpoints\.report_yaer: .*report_year/),
    ])
  })
})
