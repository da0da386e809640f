/** What pages begin with: the HTML in components that a function fills whose HTML is cleaned. */
import type { AppModel } from '../app/model.ts'
import type { AnswerRules } from '../config/config.ts'
import type { JsonObject } from '../kit/json.ts'
import { makeHtmlCleaner } from './clean-html.ts'
import { cleanComponent } from './shown-html.ts'

export function sanitizesAny({ all, endpoints }: AnswerRules): boolean {
  return [all, ...Object.values(endpoints)].some(({ html }) => html === 'sanitize')
}

export function sanitizes({ all, endpoints }: AnswerRules, name: string): boolean {
  return (endpoints[name] ?? all).html === 'sanitize'
}

/**
 * A configuration brings what the function gave at the start, or to whoever made the deep link; and it says whether the page is to
 * clean Markdown.
 */
export function makeComponentCleaner(
  model: Pick<AppModel, 'endpoints'>,
  rules: AnswerRules,
): (id: number, component: JsonObject) => JsonObject {
  const clean = makeHtmlCleaner()
  const filled = new Set(
    [...model.endpoints.values()]
      .filter(({ name }) => sanitizes(rules, name))
      .flatMap(({ outputs }) => outputs.map(({ component }) => component)),
  )
  return (id, component) => (filled.has(id) ? cleanComponent(component, clean) : component)
}
