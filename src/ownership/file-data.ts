/** FileData in what a function gave back (gradio/data_classes.py 6.31), where the component that shows it holds files. */
import { readStep, type Step } from '../answers/value-diff.ts'
import { isFileDataLike } from '../app/file-data.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

/** Whether values of this type of component are files, by the type and the schemas that the app declares. */
export type HoldsFiles = (type: string, schemas: readonly (Json | undefined)[]) => boolean

/** Stands in every FileData that Gradio writes, whichever way it spaces its JSON. */
export const fileMark = '"gradio.FileData"'

/**
 * The paths of the files in a value of a component that holds files. A streamed one has none: its address names the session.
 * A chat message may hold any other component (gradio/components/chatbot.py 6.31, ComponentMessage), whose value then counts
 * as what that component is. Its properties are whatever the page says when it sends the history back.
 */
export function filesIn(value: Json, holdsFiles: HoldsFiles): string[] {
  const paths: string[] = []
  const waiting: Json[] = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isJsonList(next)) for (const item of next) waiting.push(item)
    else if (isJsonObject(next)) {
      const path = pathOf(next)
      if (path !== undefined) paths.push(path)
      else if (!isComponent(next)) for (const key in next) waiting.push(next[key] ?? null)
      else if (showsFiles(next, holdsFiles)) waiting.push(next['value'] ?? null)
    }
  }
  return paths
}

function pathOf(value: JsonObject): string | undefined {
  const { path, is_stream: isStream } = value
  return isFileDataLike(value) && typeof path === 'string' && isStream !== true ? path : undefined
}

/** Gradio 6 says so of itself; before, it is told by its fields (gradio/components/chatbot.py 4.44.1, 5.50). */
function isComponent({ type, component, constructor_args: made }: JsonObject): boolean {
  return type === 'component' || (component !== undefined && made !== undefined)
}

function showsFiles({ component }: JsonObject, holdsFiles: HoldsFiles): boolean {
  return typeof component === 'string' && holdsFiles(component.toLowerCase(), [])
}

/** Keys under which a chat message keeps another component. */
const innerKeys: ReadonlySet<string | number> = new Set(['value', 'props', 'constructor_args'])

/**
 * The paths in the changes of one output since the message before (gradio/utils.py 6.31, `diff`): lists of action, place and
 * value. A dict that comes new is read as one in a whole value. A path alone says nothing of what it is a part of, unless
 * the address that Gradio makes of the path changes beside it. What is appended to a string is never a path.
 */
export function filesInChanges(changes: Json, holdsFiles: HoldsFiles): string[] {
  const all = isJsonList(changes) ? changes.map(readStep).filter((step) => step !== undefined) : []
  return all.flatMap(({ action, path: place, value }) => {
    // An update of the component itself keeps its value one level deeper (gradio/blocks.py 6.31, is_prop_update).
    const inside = place[0] === 'value' ? place.slice(1) : place
    if (action === 'delete' || inside.some((key) => innerKeys.has(key))) return []
    if (typeof value === 'object') return filesIn(value, holdsFiles)
    if (action !== 'replace' || place.at(-1) !== 'path' || typeof value !== 'string') return []
    const beside = keyOf([...place.slice(0, -1), 'url'])
    const url = all.find((other) => other.action === 'replace' && keyOf(other.path) === beside)?.value
    return isAddressOf(url, value) ? [value] : []
  })
}

function keyOf(place: Step['path']): string {
  return JSON.stringify(place.map(String))
}

/** Gradio percent-encodes the path in the address (gradio_client/utils.py 2.7, encode_file_path). */
function isAddressOf(url: Json | undefined, path: string): boolean {
  if (typeof url !== 'string') return false
  const at = url.indexOf('/file=')
  if (at === -1) return false
  try {
    return decodeURIComponent(url.slice(at + '/file='.length)) === path
  } catch {
    return false
  }
}
