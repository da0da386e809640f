/**
 * A value against the kind of component that it is for: always on, so it refuses only what Gradio's own page and clients
 * never send. Read from `preprocess` and `api_info` of gradio/components/*.py 6.31, and from what its page sends.
 */
import type { Slot } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import type { FlawReason } from './flaw.ts'
import { fitsSchema, isNumber } from './schema.ts'

type Kind =
  | 'text'
  | 'colour'
  | 'time'
  | 'number'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'dropdown'
  | 'index'
  | 'files'
  /** The component's own data model, by its schema. */
  | 'model'
  /** JSON, whatever it is. */
  | 'anything'

const kinds: Readonly<Record<string, Kind>> = {
  textbox: 'text',
  code: 'text',
  markdown: 'text',
  colorpicker: 'colour',
  datetime: 'time',
  button: 'text',
  clearbutton: 'text',
  duplicatebutton: 'text',
  deeplinkbutton: 'text',
  loginbutton: 'text',
  workflowcanvas: 'text',
  number: 'number',
  slider: 'number',
  timer: 'number',
  checkbox: 'boolean',
  radio: 'choice',
  checkboxgroup: 'choices',
  dropdown: 'dropdown',
  dataset: 'index',
  file: 'files',
  uploadbutton: 'files',
  // Templates of gr.HTML take values of every kind.
  html: 'anything',
  json: 'anything',
  browserstate: 'anything',
  nativeplot: 'anything',
  barplot: 'anything',
  lineplot: 'anything',
  scatterplot: 'anything',
  paramviewer: 'anything',
  navbar: 'anything',
  api: 'anything',
  fallback: 'anything',
}

export function kindOf({ type, schema }: Pick<Slot, 'type' | 'schema'>): Kind {
  return Object.hasOwn(kinds, type) ? (kinds[type] ?? 'model') : schema === undefined ? 'anything' : 'model'
}

/** Text stands beside their files: captions and labels too, though no page lets anybody write them. */
const worded: ReadonlySet<string> = new Set(['multimodaltextbox', 'chatbot', 'gallery', 'annotatedimage'])

/** Text that nothing bounds: what an operator's rule is for. */
export function isFreeText(slot: Slot): boolean {
  if (slot.isState) return false
  switch (kindOf(slot)) {
    case 'text':
      return true
    case 'dropdown':
      return slot.props['allow_custom_value'] === true
    case 'anything':
      return true
    case 'model':
      // What holds files alone has no text that a function reads as one.
      return !slot.holdsFiles || worded.has(slot.type)
    case 'colour':
    case 'time':
    case 'number':
    case 'boolean':
    case 'choice':
    case 'choices':
    case 'index':
    case 'files':
      return false
  }
}

/**
 * Gradio hands any text on where these stand (gradio/components/color_picker.py and datetime.py 6.31, preprocess). A name, a
 * number in hexadecimal, or a function of CSS; a time, or how long ago.
 */
const colour = /^(?:[a-z]{0,40}|#[0-9a-f]{3,8}|[a-z]{1,10}\([0-9a-z.,%/ +-]{0,80}\))$/i
const time = /^(?:[0-9TZ:. +-]{0,40}| *now *(?:- *[0-9]{1,10} *[dmhs])? *)$/

/** Undefined: it may be what the component sends. */
export function judgeShape(value: Json, slot: Slot): FlawReason | undefined {
  // Gradio takes the value from the session, whatever was sent (blocks.py 6.31, preprocess_data).
  if (slot.isState || value === null) return undefined
  if (slot.asProps === true) return judgeProps(value, slot)
  return fitsKind(value, slot) ? undefined : 'type'
}

/** A function that asks for the component gets its properties (blocks.py 6.31, _get_component_prop_inputs). */
function judgeProps(value: Json, slot: Slot): FlawReason | undefined {
  if (!isJsonObject(value)) return 'type'
  const { asProps: _, ...plain } = slot
  return judgeShape(value['value'] ?? null, plain)
}

/** What the component itself sends, without the properties around it. */
export function valueIn(value: Json, slot: Slot): Json {
  return slot.asProps === true && isJsonObject(value) ? (value['value'] ?? null) : value
}

function fitsKind(value: Json, slot: Slot): boolean {
  switch (kindOf(slot)) {
    case 'text':
      // A `js` handler may have put a number there; Textbox makes a text of it (textbox.py, preprocess).
      return typeof value === 'string' || (slot.changes && (isNumber(value) || typeof value === 'boolean'))
    case 'colour':
      return typeof value === 'string' && colour.test(value)
    case 'time':
      return typeof value === 'string' && time.test(value)
    case 'number':
      return isNumber(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return isScalar(value)
    case 'choices':
      return isJsonList(value) && value.every(isScalar)
    case 'dropdown':
      return fitsDropdown(value, slot)
    case 'index':
      return isNumber(value) && Number.isInteger(value.valueOf())
    case 'files':
      return isJsonList(value) ? value.every(isFile) : isFile(value)
    case 'model':
      return fitsSchema(value, slot.schema ?? {})
    case 'anything':
      return true
  }
}

function fitsDropdown(value: Json, { props, changes }: Slot): boolean {
  const asList = isJsonList(value) && value.every(isScalar)
  if (changes) return asList || isScalar(value)
  return props['multiselect'] === true ? asList : isScalar(value)
}

/** null: a choice may stand for nothing. */
function isScalar(value: Json): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || isNumber(value)
}

/** gradio/data_classes.py 6.31, FileData; an image may come as a data URL without a path (ImageData). */
function isFile(value: Json): value is JsonObject {
  if (!isJsonObject(value) || typeof value['path'] !== 'string') return false
  const optional = (name: string, is: (inner: Json) => boolean) => is(value[name] ?? null)
  const text = (inner: Json) => inner === null || typeof inner === 'string'
  return (
    optional('url', text) &&
    optional('orig_name', text) &&
    optional('mime_type', text) &&
    optional('size', (inner) => inner === null || isNumber(inner)) &&
    optional('is_stream', (inner) => inner === null || typeof inner === 'boolean')
  )
}
