/** Which parts the forms of Gradio's two uploading routes have. */
import { isJsonObject, Numeral, type Json } from '../kit/json.ts'
import { JsonTrouble, parseStrictJson, writeJson } from '../kit/strict-json.ts'

/** Reads a field and answers what is written in its place; undefined: refused. */
export type FieldRule = (bytes: Uint8Array) => string | undefined

export interface UploadFields {
  /** The name that every file's part has. */
  readonly file: string
  /** Files; absent: as many as the configuration allows. */
  readonly most?: number
  readonly fields: Readonly<Record<string, FieldRule>>
}

/** By the catalogue entry's id: an upload that isn't here is refused. */
export const uploadFields: Readonly<Record<string, UploadFields>> = {
  // gradio/route_utils.py 6.31.0, upload_fn: `form.getlist("files")`; everything else is ignored.
  'file.upload': { file: 'files', fields: {} },
  // gradio/routes.py 6.31.0, process_recording: what isn't a number there reaches the command line of ffmpeg.
  'recording.process': {
    file: 'video',
    most: 1,
    fields: {
      remove_segment_start: readNumber,
      remove_segment_end: readNumber,
      zoom_effects: readZoomEffects,
    },
  },
}

const limits = { depth: 6, nodes: 5_000 }
/** ffmpeg runs once for each. */
const mostEffects = 100

function readNumber(bytes: Uint8Array): string | undefined {
  const value = parse(bytes)
  return isNumber(value) ? writeJson(value) : undefined
}

function readZoomEffects(bytes: Uint8Array): string | undefined {
  const value = parse(bytes)
  if (value === undefined || !isArray(value) || value.length > mostEffects) return undefined
  return value.every((effect) => isJsonObject(effect) && holdsNumbers(effect)) ? writeJson(value) : undefined
}

function parse(bytes: Uint8Array): Json | undefined {
  try {
    return parseStrictJson(bytes, limits)
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) return undefined
    throw thrown
  }
}

function isNumber(value: Json | undefined): value is number | Numeral {
  return typeof value === 'number' || value instanceof Numeral
}

function holdsNumbers(value: Json): boolean {
  if (value === null || isNumber(value)) return true
  if (typeof value !== 'object') return false
  return (isArray(value) ? value : Object.values(value)).every(holdsNumbers)
}

/** Array.isArray knows no readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
