/** Cuts down what Gradio's pages have inlined; every other byte of the page stays as it came. */
import type { JsonObject } from '../kit/json.ts'
import { writeJson } from '../kit/strict-json.ts'
import { filterConfig, type ViewTrouble } from './filter-config.ts'
import { filterInfo } from './filter-schema.ts'
import type { ViewPlan } from './plan.ts'
import { readObject } from './read-answer.ts'
import { askersName, Shown } from './shown.ts'

/** One line of gradio/templates/frontend/index.html and share.html 6.31; the JSON between has no `<` in it. */
const opening = '<script>window.gradio_config = '
const between = ';</script><script>window.gradio_api_info = '
const closing = ';</script>'

/** Fails for a page that is rendered on the server (SSR): it shows what was never filtered. */
export function filterPage(page: Buffer, plan: ViewPlan): Shown | ViewTrouble {
  const start = page.indexOf(opening)
  const middle = page.indexOf(between, start)
  const end = page.indexOf(closing, middle + between.length)
  if (start < 0 || middle < 0 || end < 0) return 'unknown-form'
  // Twice: which of them would a client believe?
  if (page.indexOf(opening, middle) >= 0 || page.indexOf(between, end) >= 0) return 'unknown-form'

  const config = readObject(page.subarray(start + opening.length, middle))
  if (typeof config === 'string') return config
  const info = readObject(page.subarray(middle + between.length, end))
  if (typeof info === 'string') return info
  const ownConfig = filterConfig(config, plan, askersName)
  if (typeof ownConfig === 'string') return ownConfig
  const ownInfo = filterInfo(info, plan)
  if (typeof ownInfo === 'string') return ownInfo
  const head = page.subarray(0, start + opening.length)
  const tail = page.subarray(end)
  return new Shown([head, inScript(ownConfig), between, inScript(ownInfo), tail], (name) =>
    escapeForScript(JSON.stringify(name)),
  )
}

function inScript(value: JsonObject): string {
  return escapeForScript(writeJson(value))
}

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  "'": '\\u0027',
}

/** As gradio/routes.py 6.31 does it (toorjson): nothing in a script can end the script. */
function escapeForScript(json: string): string {
  return json.replace(/[<>&']/g, (found) => escapes[found] ?? '')
}
