import { expect, it } from 'vitest'
import type { AppModel, Endpoint } from '../app/model.ts'
import type { AnswerRules } from '../config/config.ts'
import { makeComponentCleaner, sanitizes, sanitizesAny } from './clean-config.ts'

const pass = { errors: 'reference', secrets: 'withhold', html: 'pass' } as const
const sanitize = { ...pass, html: 'sanitize' } as const
const rules: AnswerRules = { all: pass, endpoints: { board: sanitize } }

const fills = (name: string, ...components: readonly number[]) =>
  ({ name, outputs: components.map((component) => ({ component })) }) as unknown as Endpoint
const model: Pick<AppModel, 'endpoints'> = {
  endpoints: new Map([
    [0, fills('board', 1, 2)],
    [1, fills('plain', 2, 3)],
  ]),
}

const html = (value: string) => ({ type: 'html', props: { value } })
const evil = html('<b onclick="x">x</b>')
const clean = html('<b>x</b>')

it('what a page begins with is cleaned where a function whose HTML is cleaned fills the component, and only there', () => {
  const described = makeComponentCleaner(model, rules)
  expect([1, 2, 3, 4].map((id) => described(id, evil))).toEqual([clean, clean, evil, evil])
  const all = makeComponentCleaner(model, { all: sanitize, endpoints: { plain: pass } })
  expect([1, 2, 3, 4].map((id) => all(id, evil))).toEqual([clean, clean, evil, evil])
})

it('an endpoint’s own word goes before that for all', () => {
  const others: AnswerRules = { all: sanitize, endpoints: { plain: pass } }
  expect([sanitizes(rules, 'board'), sanitizes(rules, 'other')]).toEqual([true, false])
  expect([sanitizes(others, 'plain'), sanitizes(others, 'other')]).toEqual([false, true])
  expect([sanitizesAny(rules), sanitizesAny(others), sanitizesAny({ all: pass, endpoints: {} })]).toEqual([
    true,
    true,
    false,
  ])
})
