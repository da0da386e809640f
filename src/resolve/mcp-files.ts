/** Files in a tool's arguments: MCP names them by address, and Gradio would fetch whatever stands there. */
import { valuesIn } from '../kit/values-in.ts'
import { isLink } from '../app/file-data.ts'
import { api } from '../catalog/gradio/route.ts'
import type { Json, JsonObject } from '../kit/json.ts'
import { mediaTypeFor } from '../mcp/media-type.ts'
import { refuse, type Refusal } from '../refusals.ts'
import { unknownObject, type Asked } from './asked.ts'
import { isPathOfFile } from './named-files.ts'

/**
 * As FileData, which is judged like that of any call. Undefined: it is none that can be taken. Content inside the message
 * would pass by all that is asked of uploads; a file is uploaded first, and named by the address that it has then.
 */
export function takeFileArgument(value: Json, asked: Asked): Json | undefined {
  if (typeof value === 'string') {
    if (!isLink(value)) return undefined
    const path = ownPath(value, asked)
    return path === undefined ? undefined : fileData(path)
  }
  return holdsAddress(value) ? undefined : value
}

/** As a parser might read it that forgives what stands before. */
const address = /^\s*(?:https?|data):/i

/** What Gradio reads as a file wherever a file may stand (gradio/mcp.py 6.31, convert_strings_to_filedata). */
function holdsAddress(value: Json): boolean {
  return valuesIn(value).some((one) => typeof one === 'string' && address.test(one))
}

function fileData(path: string): JsonObject {
  const name = isLink(path) ? undefined : path.slice(path.lastIndexOf('/') + 1)
  return { path, ...(name !== undefined && { orig_name: name }), meta: { _type: 'gradio.FileData' } }
}

/** The server path, where the address is one of this gate's own; any other address as it is. */
function ownPath(address: string, { request, parts }: Asked): string | undefined {
  const url = URL.parse(address)
  if (url === null) return undefined
  if (url.host !== request.site.host) return address
  const prefix = `${parts.app.base}${api}/file=`
  if (!url.pathname.startsWith(prefix) || url.search !== '' || url.hash !== '') return undefined
  try {
    const path = decodeURIComponent(url.pathname.slice(prefix.length))
    return isPathOfFile(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** Only what is known to be the asker's, or everybody's, is read for them. */
export async function inlineFile(path: string, { owner, parts }: Asked): Promise<string | Refusal> {
  const [judged] = await parts.ownership.judgeFiles(owner, [path])
  if (judged?.standing !== 'own' && judged?.standing !== 'shared')
    return unknownObject('file', judged?.standing === 'others')
  const file = await parts.mcp.readFile(path)
  if (file === 'absent') return unknownObject('file')
  if (file === 'large') return refuse('body-large', { file: true })
  return `data:${mediaTypeFor(path, file.type)};base64,${Buffer.from(file.bytes).toString('base64')}`
}
