/** Which of a component's values a page shows as HTML, by what the app declares; and the same values with nothing in it that acts. */
import { isUpdate } from '../answers/update.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { mapList, mapObject, mapStrings, mapWords, without } from '../kit/map-json.ts'
import { asText, templateUse, type TemplateUse } from './template.ts'

/** The same value when nothing changes. */
export type ValueCleaner = (value: Json) => Json
export type HtmlCleaner = (html: string) => string

export interface Shown {
  readonly type: string
  readonly props: JsonObject
}

/** What the page runs of an HTML component, besides its value. */
const code = ['html_template', 'css_template', 'js_on_load', 'head']

/** Which components show a dataset's samples, and how: whether they clean Markdown, too (js/markdown/Example.svelte 6.31). */
const shape = ['components', 'component_props']

const asItIs: ValueCleaner = (value) => value

/**
 * These show HTML that nobody has cleaned (every `{@html` and `innerHTML` in Gradio's js/, 6.25, and the page of 6.31): HTML; cells of
 * a Dataframe whose datatype says so; what a ParamViewer is told; HTML in a chat's messages and in samples of examples; Markdown and
 * Chatbot where the app switches Gradio's own cleaning off, which is switched on again. Undefined: it shows none.
 */
export function cleanerOf({ type, props }: Shown, clean: HtmlCleaner): ValueCleaner | undefined {
  switch (type) {
    case 'html': {
      const use = templateUse(props)
      return updates(htmlValue(use, clean), (update) => changedProps(without(update, ...code), use))
    }
    case 'dataframe':
      return updates(isHtmlTable(props) ? cells(props, clean) : asItIs, (update) =>
        without(update, ...(isHtmlTable(update) ? ['datatype'] : [])),
      )
    case 'paramviewer':
      return updates(markup(clean), (update) => update)
    case 'chatbot':
      return updates(chat(clean, asItIs), (update) => without(update, 'sanitize_html'))
    case 'markdown':
      return updates(asItIs, (update) => without(update, 'sanitize_html'))
    case 'dataset':
      return updates(asItIs, (update) => withSamples(without(update, ...shape), props, clean))
    default:
      return undefined
  }
}

/** Where nobody knows which component it is for. */
export function cleanerOfAnything(clean: HtmlCleaner): ValueCleaner {
  const switches = [...code, 'sanitize_html', 'datatype', 'samples']
  return updates(chat(clean, markup(clean)), (update) => without(update, ...switches))
}

/** A component's description, as it stands in the configuration and in what is rendered: its templates are the author's. */
export function cleanComponent(component: JsonObject, clean: HtmlCleaner): JsonObject {
  const { type, props } = component
  if (typeof type !== 'string' || !isJsonObject(props)) return component
  const cleaner = cleanerOf({ type, props }, clean)
  if (cleaner === undefined) return component
  const settled = mapObject(closed(props), (one, key) => {
    if (key === 'component_props' && isJsonList(one))
      return mapList(one, (each) => (isJsonObject(each) ? closed(each) : each))
    return key === 'value' ? cleaner(one) : one
  })
  const cleaned = type === 'dataset' ? withSamples(settled, props, clean) : settled
  return cleaned === props ? component : { ...component, props: cleaned }
}

/** The page cleans Markdown. */
function closed(props: JsonObject): JsonObject {
  return props['sanitize_html'] === false ? { ...props, sanitize_html: true } : props
}

function updates(clean: ValueCleaner, settle: (update: JsonObject) => JsonObject): ValueCleaner {
  return (value) => {
    if (!isUpdate(value)) return clean(value)
    return mapObject(settle(value), (one, key) => (key === 'value' ? clean(one) : one))
  }
}

function htmlValue(use: TemplateUse, clean: HtmlCleaner): ValueCleaner {
  return use.kind === 'markup' ? markup(clean) : (value) => inTemplate(value, use)
}

/** A template may show names of what it is given (`{{@key}}`). */
function inTemplate(value: Json, use: TemplateUse & { readonly kind: 'text' }): Json {
  return mapWords(value, (text) => asText(text, use))
}

/** What a template may use besides the value; the names of its own properties become parameters of what is run. */
function changedProps(update: JsonObject, use: TemplateUse): JsonObject {
  return mapObject(update, (one, key) => {
    if (key === 'props' && isJsonObject(one)) {
      const named = without(one, ...Object.keys(one).filter((name) => !/^[A-Za-z_]\w*$/.test(name)))
      return use.kind === 'markup' ? named : inTemplate(named, use)
    }
    return key === 'label' && use.kind === 'text' ? inTemplate(one, use) : one
  })
}

function markup(clean: HtmlCleaner): ValueCleaner {
  return (value) => mapStrings(value, clean)
}

function isHtmlTable({ datatype }: JsonObject): boolean {
  return datatype === 'html' || (isJsonList(datatype) && datatype.includes('html'))
}

/** A table's value: rows of cells, and what may be shown in their place (gradio/components/dataframe.py 6.31). */
function cells({ datatype }: JsonObject, clean: HtmlCleaner): ValueCleaner {
  const text = markup(clean)
  const isHtml = (column: number) => !isJsonList(datatype) || datatype[column] === 'html'
  const rows = (given: Json) => inRows(given, (cell, column) => (isHtml(column) ? text(cell) : cell))
  return (value) => {
    if (!isJsonObject(value)) return text(value)
    return mapObject(value, (one, key) => {
      if (key === 'data') return rows(one)
      if (key !== 'metadata' || !isJsonObject(one)) return text(one)
      return mapObject(one, (inner, name) => (name === 'display_value' ? rows(inner) : inner))
    })
  }
}

function inRows(rows: Json, change: (cell: Json, column: number) => Json): Json {
  return isJsonList(rows) ? mapList(rows, (row) => (isJsonList(row) ? mapList(row, change) : row)) : rows
}

/** Components in messages: `{"type": "component", "component": "html", …}` (gradio/components/chatbot.py 6.31). */
function chat(clean: HtmlCleaner, text: ValueCleaner): ValueCleaner {
  const visit: ValueCleaner = (value) => {
    if (isJsonList(value)) return mapList(value, visit)
    if (!isJsonObject(value)) return text(value)
    const component = value['component']
    const given = isJsonObject(value['props']) ? value['props'] : {}
    const type = typeof component === 'string' ? component.toLowerCase() : ''
    // Templates come with the message, and so from whoever wrote it: the page falls back on its own.
    const cleaner = cleanerOf({ type, props: type === 'html' ? {} : given }, clean)
    const inner = (one: Json): Json => cleaner?.(one) ?? visit(one)
    return mapObject(value, (one, key) => {
      if (cleaner === undefined || !isJsonObject(one)) return key === 'value' ? inner(one) : visit(one)
      if (key !== 'props' && key !== 'constructor_args') return inner(one)
      return mapObject(without(one, ...code, 'sanitize_html'), (each, name) =>
        name === 'value' ? inner(each) : each,
      )
    })
  }
  return visit
}

/** Samples of examples are values of the components that the dataset names (gradio/components/dataset.py 6.31). */
function withSamples(given: JsonObject, { components }: JsonObject, clean: HtmlCleaner): JsonObject {
  if (!isJsonList(components)) return given
  const isHtml = components.map((one) => isJsonObject(one) && one['name'] === 'html')
  const cell = markup(clean)
  return mapObject(given, (one, key) =>
    key === 'samples' ? inRows(one, (value, at) => (isHtml[at] === true ? cell(value) : value)) : one,
  )
}
