/** Names in the rules that the app doesn't have: a rule for nothing protects nothing. */
import type { AppModel, Endpoint } from '../app/model.ts'
import type { Condition, EndpointRules, InputRules } from '../config/input-rules.ts'
import { didYouMean } from '../config/nearest-name.ts'
import { compileNamePattern } from '../kit/name-pattern.ts'

/** One sentence for each. */
export function findUnmatched(rules: InputRules, model: AppModel): readonly string[] {
  return rules.flatMap((one) => {
    const fits = compileNamePattern(one.endpoint)
    const meant = [...model.endpoints.values()].filter(({ name }) => fits(name))
    if (meant.length === 0) {
      const words = one.endpoint.includes('*')
        ? 'No endpoint of the app matches this.'
        : 'The app has no such endpoint.'
      return [`inputs.${one.endpoint}: ${words}${didYouMean(one.endpoint, model.byName.keys())}`]
    }
    return unmatchedNames(one, meant)
  })
}

function unmatchedNames(rules: EndpointRules, meant: readonly Endpoint[]): readonly string[] {
  const known = new Set(meant.flatMap(({ parameters }) => parameters.map(({ name }) => name)))
  const named = new Set([
    ...rules.parameters.keys(),
    ...rules.pin,
    ...rules.require.flatMap((one) => [...namesIn(one.if), ...namesIn(one.then)]),
  ])
  return [...named]
    .filter((name) => !known.has(name))
    .map((name) => {
      const words = `The endpoint has no such parameter.${didYouMean(name, known)}`
      return `inputs.${rules.endpoint}.${name}: ${words} It has: ${[...known].join(', ') || 'none'}.`
    })
}

function namesIn(conditions: ReadonlyMap<string, Condition>): readonly string[] {
  return [...conditions.keys()]
}
