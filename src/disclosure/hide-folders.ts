/** Takes the folders of file explorers, which functions set at run time, out of answers: they are paths of the server. */
import { createHmac, randomBytes } from 'node:crypto'
import { eventIdIn } from '../answers/event-head.ts'
import type { Tap } from '../answers/tap.ts'
import { isUpdate } from '../answers/update.ts'
import { readStep, writeStep } from '../answers/value-diff.ts'
import type { Endpoint } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'
import { mapList, mapObject } from '../kit/map-json.ts'
import { writeJson } from '../kit/strict-json.ts'

const folderKey = 'root_dir'
const explorer = 'fileexplorer'
/** The page only compares a folder with the one before (FileExplorer 6.31), so other words for it do as well. */
const key = randomBytes(32)

export interface FolderParts {
  /** The endpoint whose answer, or whose event, it is; undefined when nobody knows. */
  readonly endpointOf: (event: string | undefined) => Promise<Pick<Endpoint, 'outputs'> | undefined>
}

/** Of functions' values as /queue/data, /run and /call bring them. */
export function makeFolderTap({ endpointOf }: FolderParts): Tap {
  return {
    marks: [`"${folderKey}"`],
    take: async (message) => {
      const json = message.json()
      if (json === undefined) return undefined
      const endpoint = await endpointOf(eventIdIn(json))
      const hidden = hideInMessage(json, (values) =>
        mapList(values, (value, at) => {
          const type = endpoint?.outputs[at]?.type
          return type === undefined || type === explorer ? hideInValue(value) : value
        }),
      )
      return hidden === json ? undefined : writeJson(hidden)
    },
  }
}

/** A list of values, or what carries one: `{output: {data}}` in a stream, `{data}` of /run. */
function hideInMessage(json: Json, hideIn: (values: readonly Json[]) => Json): Json {
  if (isJsonList(json)) return hideIn(json)
  if (!isJsonObject(json)) return json
  return mapObject(json, (one, name) => {
    if (name === 'data' && isJsonList(one)) return hideIn(one)
    if (name !== 'output' || !isJsonObject(one)) return one
    return mapObject(one, (values, inner) =>
      inner === 'data' && isJsonList(values) ? hideIn(values) : values,
    )
  })
}

/** An update, or steps from one to the next. */
function hideInValue(value: Json): Json {
  if (isJsonList(value)) return mapList(value, hideInStep)
  if (!isUpdate(value)) return value
  return mapObject(value, (one, name) => (name === folderKey ? inOtherWords(one) : one))
}

function hideInStep(given: Json): Json {
  const step = readStep(given)
  if (step?.path.length !== 1 || step.path[0] !== folderKey) return given
  return writeStep({ ...step, value: inOtherWords(step.value) })
}

function inOtherWords(folder: Json): Json {
  if (typeof folder !== 'string') return null
  return `folder-${createHmac('sha256', key).update(folder).digest('base64url').slice(0, 16)}`
}
