/**
 * Drawings of image editors. The page sends them ahead, under an id that it chose, into one store for everybody
 * (gradio/components/image_editor.py 6.31, accept_blobs); a call then names that id, which takes the drawing out.
 */
import type { Endpoint, Slot } from '../app/model.ts'
import { isJsonObject, type Json } from '../kit/json.ts'
import type { Refusal } from '../refusals.ts'
import { nameSession, unknownObject, type Asked } from './asked.ts'

const editor = 'imageeditor'

/** The id as its owner alone can form it, like that of a session. */
function nameDrawing(asked: Asked, id: Json): string | Refusal {
  const names = typeof id === 'string' ? nameSession(asked, id) : undefined
  return names?.upstream ?? unknownObject('drawing')
}

/** Values of a call, each drawing under its owner's name; the same list where none is named. */
export function nameDrawings(
  { inputs }: Endpoint,
  data: readonly Json[],
  asked: Asked,
): readonly Json[] | Refusal {
  if (!inputs.some((slot, at) => idIn(slot, data[at]) !== undefined)) return data
  const named: Json[] = []
  for (const [at, value] of data.entries()) {
    const id = idIn(inputs[at], value)
    const name = id === undefined ? undefined : nameDrawing(asked, id)
    if (name !== undefined && typeof name !== 'string') return name
    named.push(name === undefined ? value : withId(inputs[at], value, name))
  }
  return named
}

/** Of the fields that bring one; undefined: they bring none. */
export function nameDrawingIn(
  type: string,
  fields: Readonly<Record<string, string>> | undefined,
  asked: Asked,
): string | Refusal | undefined {
  const id = fields?.['id']
  return type !== editor || id === undefined ? undefined : nameDrawing(asked, id)
}

function idIn(slot: Slot | undefined, value: Json | undefined): Json | undefined {
  if (slot?.type !== editor || !isJsonObject(value)) return undefined
  const drawing = slot.asProps === true ? value['value'] : value
  return isJsonObject(drawing) ? (drawing['id'] ?? undefined) : undefined
}

function withId(slot: Slot | undefined, value: Json, id: string): Json {
  if (!isJsonObject(value)) return value
  return slot?.asProps === true
    ? { ...value, value: withId(undefined, value['value'] ?? null, id) }
    : { ...value, id }
}
