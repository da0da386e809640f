/** Received → Classified: which catalogue entry is this? Unknown is an entry too, and nobody may use it. */
import type { ApiPrefix } from '../app/api-prefix.ts'
import type { RouteEntry } from '../catalog/entry.ts'
import { toBase } from '../catalog/gate/own.ts'
import { unknownRoute } from '../catalog/index.ts'
import { declaredPage } from '../catalog/gradio/pages.ts'
import type { Classified, Received } from '../request.ts'
import { compileTemplate, type Template } from './match-path.ts'

interface Row {
  readonly entry: RouteEntry
  readonly template: Template
}

/** The catalogue, compiled: literal paths by look-up, then templates, most specific first. */
export interface Catalogue {
  readonly literal: ReadonlyMap<string, readonly Row[]>
  readonly templates: readonly Row[]
}

export function compileCatalogue(entries: readonly RouteEntry[]): Catalogue {
  const literal = new Map<string, Row[]>()
  const templates: Row[] = []
  for (const entry of entries) {
    const template = compileTemplate(entry.path)
    const row = { entry, template }
    if (template.literal === undefined) templates.push(row)
    else literal.set(template.literal, [...(literal.get(template.literal) ?? []), row])
  }
  // A template with a rest comes last; then the longer fixed beginning wins, then the longer fixed part.
  templates.sort(
    (a, b) =>
      Number(a.template.open) - Number(b.template.open) ||
      b.template.prefix.length - a.template.prefix.length ||
      b.template.fixed - a.template.fixed,
  )
  return { literal, templates }
}

export interface ClassifyParts {
  /** By where the app's routes begin. */
  readonly catalogues: Readonly<Record<ApiPrefix, Catalogue>>
  readonly app: {
    /** Where the app is mounted: empty, or a path without a slash at its end. */
    readonly base: string
    readonly api: ApiPrefix
    /** Pages that the app declares itself, as decoded paths (`/second`), from its own configuration. */
    readonly pages: ReadonlySet<string>
  }
}

const nothing = {}

export function classify(request: Received, parts: ClassifyParts): Classified {
  const { api } = parts.app
  const whole = decodeURIComponent(request.path)
  const path = withoutBase(whole, parts.app.base)
  if (
    parts.app.base !== '' &&
    (whole === '/' || whole === parts.app.base) &&
    toBase.methods.some((one) => one === request.method)
  ) {
    return { ...request, entry: toBase, parameters: nothing, methodKnown: true, api }
  }
  let methodKnown = true
  for (const row of candidates(whole, path, parts.catalogues[api])) {
    const parameters = row.template.match(row.entry.goesTo === 'serve' ? whole : (path ?? ''))
    if (parameters === undefined) continue
    if (row.entry.methods.includes(request.method))
      return { ...request, entry: row.entry, parameters, methodKnown: true, api }
    methodKnown = false
  }
  if (path !== undefined && isPage(path, parts.app.pages)) {
    if (declaredPage.methods.includes(request.method)) {
      return { ...request, entry: declaredPage, parameters: { page: path.slice(1) }, methodKnown: true, api }
    }
    methodKnown = false
  }
  return { ...request, entry: unknownRoute, parameters: nothing, methodKnown, api }
}

/** The gate's own entries match the whole path, the app's what stands behind its base. */
function* candidates(whole: string, path: string | undefined, catalogue: Catalogue): Generator<Row> {
  for (const row of catalogue.literal.get(whole) ?? [])
    if (row.entry.goesTo === 'serve' || path === whole) yield row
  if (path !== undefined && path !== whole) {
    for (const row of catalogue.literal.get(path) ?? []) if (row.entry.goesTo !== 'serve') yield row
  }
  for (const row of catalogue.templates) {
    const text = row.entry.goesTo === 'serve' ? whole : path
    if (text?.startsWith(row.template.prefix) === true) yield row
  }
}

function withoutBase(path: string, base: string): string | undefined {
  if (base === '') return path
  return path.startsWith(`${base}/`) ? path.slice(base.length) : undefined
}

function isPage(path: string, pages: ReadonlySet<string>): boolean {
  return pages.has(path) || (path.endsWith('/') && path !== '/' && pages.has(path.slice(0, -1)))
}
