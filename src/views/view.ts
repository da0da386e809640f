/** You don't see what you may not call: how each answer that describes the app is cut down to a plan. */
import type { JsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'
import { filterConfig, type ViewTrouble } from './filter-config.ts'
import { filterPage } from './filter-page.ts'
import { filterInfo, filterMcpSchema, filterOpenApi } from './filter-schema.ts'
import type { ViewPlan } from './plan.ts'
import { readAnswer, readObject, type Composite } from './read-answer.ts'
import { askersName, Shown } from './shown.ts'

/** Whole answers, uncompressed, of status 200. On trouble nothing is shown: the app's own bytes must not take its place. */
export type View = (answer: Buffer, plan: ViewPlan) => Shown | ViewTrouble

const config = viewOfObject((value, plan) => filterConfig(value, plan, askersName))

/** By the catalogue's entry; an entry that isn't here describes nothing. */
const views: Readonly<Record<string, View>> = {
  'page.main': filterPage,
  'page.declared': filterPage,
  'page.runs': filterPage,
  'config.read': config,
  'schema.info': viewOfObject(filterInfo),
  'schema.openapi': viewOfObject(filterOpenApi),
  'mcp.schema': (answer, plan) => filtered(readAnswer(answer), (value) => filterMcpSchema(value, plan)),
}

export function viewFor(entryId: string): View | undefined {
  return Object.hasOwn(views, entryId) ? views[entryId] : undefined
}

function viewOfObject(filter: (value: JsonObject, plan: ViewPlan) => JsonObject | ViewTrouble): View {
  return (answer, plan) => filtered(readObject(answer), (value) => filter(value, plan))
}

function filtered<Value extends Composite>(
  value: Value | ViewTrouble,
  filter: (value: Value) => Composite | ViewTrouble,
): Shown | ViewTrouble {
  if (typeof value === 'string') return value
  const result = filter(value)
  return typeof result === 'string' ? result : new Shown([writeJson(result)])
}
