/**
 * What a component declares beyond its kind: choices, limits, length, that nobody may edit it. It holds where the app can't
 * change it at run time, and where an operator says so. Gradio itself checks some of this on the server (choices, minimum and
 * maximum, file types: gradio/components/*.py 6.31) and leaves the rest to the page.
 */
import type { Slot } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { anyOf, equalJson } from './equal.ts'
import type { FlawReason } from './flaw.ts'
import { isNumber } from './schema.ts'
import { kindOf } from './shape.ts'

/** `value`: of the right shape. */
export function judgeBounds(value: Json, slot: Slot): FlawReason | undefined {
  if (slot.isState) return undefined
  // What the app itself declares is sent back by its page, also where it breaks a bound.
  if (equalJson(value, slot.props['value'] ?? null)) return undefined
  if (isReadOnly(slot)) return isDeclared(value, slot) ? undefined : 'read-only'
  if (value === null) return undefined
  switch (kindOf(slot)) {
    case 'text':
      return judgeLength(value, slot.props)
    case 'number':
      return judgeRange(value, slot.props)
    case 'choice':
    case 'choices':
    case 'dropdown':
      return judgeChoices(value, slot.props)
    case 'index':
      return judgeIndex(value, slot.props)
    case 'files':
      return judgeFiles(isJsonList(value) ? value : [value], slot.props)
    case 'model':
      return slot.type === 'multimodaltextbox' && isJsonObject(value)
        ? judgeEndings(isJsonList(value['files']) ? value['files'] : [], slot.props)
        : undefined
    case 'colour':
    case 'time':
    case 'boolean':
    case 'anything':
      return undefined
  }
}

/** Components whose value only a person or a function changes, and whose page sends it as it was declared. */
const steady = new Set([
  'textbox',
  'code',
  'number',
  'slider',
  'checkbox',
  'checkboxgroup',
  'radio',
  'dropdown',
  'colorpicker',
])

/** Their text is their label, which nobody types. */
const labelled = new Set(['button', 'clearbutton', 'duplicatebutton'])

export function isReadOnly({ type, props }: Slot): boolean {
  return labelled.has(type) || (props['interactive'] === false && steady.has(type))
}

/** Gradio's page fills in what was declared as nothing (measured in Chromium with 6.31). */
function isDeclared(value: Json, { props }: Slot): boolean {
  if ((props['value'] ?? null) !== null) return false
  return value === null || value === '' || isZero(value, props) || (isJsonList(value) && value.length === 0)
}

function isZero(value: Json, { minimum }: JsonObject): boolean {
  return isNumber(value) && (value.valueOf() === 0 || value.valueOf() === Number(minimum))
}

/** HTML's maxlength counts UTF-16 code units. */
function judgeLength(value: Json, { max_length: most }: JsonObject): FlawReason | undefined {
  return typeof value === 'string' && isNumber(most) && value.length > most.valueOf() ? 'too-long' : undefined
}

function judgeRange(value: Json, { minimum, maximum }: JsonObject): FlawReason | undefined {
  if (!isNumber(value)) return undefined
  if (isNumber(minimum) && value.valueOf() < minimum.valueOf()) return 'too-low'
  return isNumber(maximum) && value.valueOf() > maximum.valueOf() ? 'too-high' : undefined
}

function judgeChoices(value: Json, props: JsonObject): FlawReason | undefined {
  const { choices, max_choices: most, allow_custom_value: custom } = props
  const chosen = isJsonList(value) ? value : [value]
  if (isNumber(most) && chosen.length > most.valueOf()) return 'too-many'
  if (custom === true || !isJsonList(choices)) return undefined
  // Pairs of what is shown and what is sent; older versions have plain values.
  const values = choices.map((choice) => (isJsonList(choice) ? (choice[1] ?? null) : choice))
  return chosen.every(anyOf(values)) ? undefined : 'choice'
}

function judgeIndex(value: Json, { samples }: JsonObject): FlawReason | undefined {
  if (!isNumber(value) || !isJsonList(samples)) return undefined
  return value.valueOf() >= 0 && value.valueOf() < samples.length ? undefined : 'choice'
}

function judgeFiles(files: readonly Json[], props: JsonObject): FlawReason | undefined {
  return props['file_count'] === 'single' && files.length > 1 ? 'file-count' : judgeEndings(files, props)
}

function judgeEndings(files: readonly Json[], { file_types: types }: JsonObject): FlawReason | undefined {
  const endings = isJsonList(types) ? types.filter((one) => typeof one === 'string') : []
  // Words such as `image` are left to the app, which knows its own table of media types.
  if (endings.length === 0 || !endings.every((ending) => ending.startsWith('.'))) return undefined
  return files.every((file) => endings.some((ending) => endsWith(file, ending))) ? undefined : 'file-type'
}

/** gradio_client/utils.py 2.7, is_valid_file: a name is more than its ending. */
function endsWith(file: Json, ending: string): boolean {
  const path = isJsonObject(file) ? file['path'] : undefined
  const name = typeof path === 'string' ? (path.split('/').pop() ?? '').toLowerCase() : ''
  return name.length > ending.length && name.endsWith(ending.toLowerCase())
}
