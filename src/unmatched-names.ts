/** Names in the settings that the app doesn't have: a rule for nothing protects nothing, and its writer should know. */
import type { AppModel } from './app/model.ts'
import type { Config } from './config/config.ts'
import { didYouMean } from './config/nearest-name.ts'
import { findUnmatched } from './inputs/unmatched.ts'
import { EndpointLimits } from './limits/endpoint-limits.ts'

/** One sentence for each. */
export function findUnmatchedNames(
  { inputs, limits, answers }: Pick<Config, 'inputs' | 'limits' | 'answers'>,
  model: AppModel,
): readonly string[] {
  const names = [...model.byName.keys()]
  const say = (group: string, name: string) =>
    `${group}.${name}: the app has no such endpoint.${didYouMean(name, names)}`
  const limited = limits.endpoints.filter((one) => {
    const only = new EndpointLimits([one])
    return !names.some((name) => only.of(name) !== undefined)
  })
  const answering = Object.keys(answers.endpoints).filter((name) => !model.byName.has(name))
  return [
    ...findUnmatched(inputs, model),
    ...limited.map(({ pattern }) => say('limits.endpoints', pattern)),
    ...answering.map((name) => say('answers.endpoints', name)),
  ]
}
