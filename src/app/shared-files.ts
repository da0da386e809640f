/** What the app shows to everybody: files in what its own configuration declares. */
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { valuesIn } from '../kit/values-in.ts'
import { objectIn, objectsIn } from './config-fields.ts'
import { isFileDataLike } from './file-data.ts'

/** Links in declared HTML, Markdown, CSS … (`/gradio_api/file=/a/b.png`), up to what ends an address in such a text. */
const link = /file=(\/[^\s"'`<>()\\?#]+)/g

/**
 * Paths as the app gives them. `example_inputs` and schemas are not declared values: they speak of files elsewhere. What a
 * deep link brought back is nobody's to share, so this is for the configuration that the gate asked for itself.
 */
export function findSharedFiles(config: JsonObject): ReadonlySet<string> {
  const found = new Set<string>()
  const declared = objectsIn(config, 'components').map((component) => objectIn(component, 'props'))
  collect([...declared, config['css'] ?? null, config['head'] ?? null, config['js'] ?? null], found)
  return found
}

function collect(roots: readonly Json[], found: Set<string>): void {
  for (const value of valuesIn(roots)) {
    if (typeof value === 'string') collectLinks(value, found)
    else if (isJsonObject(value)) {
      const path = value['path']
      if (isFileDataLike(value) && typeof path === 'string' && value['is_stream'] !== true) found.add(path)
    }
  }
}

function collectLinks(text: string, found: Set<string>): void {
  if (!text.includes('file=/')) return
  for (const [, path] of text.matchAll(link)) if (path !== undefined) found.add(decoded(path))
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
