/** Learns whose the files are that a tool gave back: MCP's answers name them by address, in text. */
import type { Tap } from '../answers/tap.ts'
import type { Endpoint } from '../app/model.ts'
import { isJsonObject, type Json } from '../kit/json.ts'
import type { Owner } from '../ownership/owner.ts'
import type { Ownership } from '../ownership/ownership.ts'

/**
 * Components that give back one file, whose address Gradio writes from the path (gradio/components 6.31, postprocess). Of all
 * others the text is somebody's words, or Python's way of writing a list: nothing is learnt from it.
 */
const singleFile: ReadonlySet<string> = new Set([
  'audio',
  'downloadbutton',
  'file',
  'image',
  'model3d',
  'simpleimage',
  'uploadbutton',
  'video',
])

export interface ToolResultParts {
  readonly ownership: Pick<Ownership, 'noteFiles'>
  readonly owner: Owner
  /** Where this client finds the app: scheme, host and the path that it is mounted at. */
  readonly root: string
}

export function learnToolResult({ ownership, owner, root }: ToolResultParts, endpoint: Endpoint): Tap {
  return {
    marks: ['/gradio_api/file='],
    take({ json }) {
      const message = json()
      const result = isJsonObject(message) ? message['result'] : undefined
      // Of a tool that failed the text is the exception's, whatever its outputs are (mcp/server/lowlevel/server.py 1.30).
      const gave = isJsonObject(result) && (result['isError'] ?? false) === false
      const content = gave ? result['content'] : undefined
      const paths = filesIn(content, endpoint, `${root}/gradio_api/file=`)
      return paths.length === 0 ? undefined : ownership.noteFiles(owner, paths).then(() => undefined)
    },
  }
}

/** An image and the text with its address are one output, any other text is one (gradio/mcp.py 6.31, postprocess_output_data). */
export function filesIn(
  content: Json | undefined,
  { outputs }: Pick<Endpoint, 'outputs'>,
  prefix: string,
): readonly string[] {
  const texts = readTexts(content)
  const shown = outputs.filter((slot) => !slot.isState)
  // With two States Gradio takes the wrong values out (mcp.py 6.31, pop_returned_state): which is which can't be told.
  if (texts.length !== shown.length || outputs.length > shown.length + 1) return []
  return shown.flatMap(({ type, holdsFiles }, at) => {
    const text = texts[at] ?? ''
    if (!holdsFiles || !singleFile.has(type) || !text.startsWith(prefix)) return []
    const path = decode(text.slice(prefix.length))
    return path === undefined ? [] : [path]
  })
}

/** One text for each output. */
function readTexts(content: Json | undefined): readonly string[] {
  if (!Array.isArray(content)) return []
  const texts: string[] = []
  let beside = false
  for (const item of content as readonly Json[]) {
    const { type, text } = isJsonObject(item) ? item : {}
    if (type === 'text' && typeof text === 'string')
      texts.push(beside ? text.replace(/^(?:SVG )?Image URL: /, '') : text)
    beside = type === 'image'
  }
  return texts
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
