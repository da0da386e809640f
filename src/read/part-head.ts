/** The head of one part of a form: what it is called, and whether it is a file (RFC 7578 section 4). */

export interface PartHead {
  readonly name: string
  /** As the client wrote it; absent: a field. */
  readonly filename?: string
  /** A media type without parameters. */
  readonly type: string
  /** What stands between the quotation marks, which is what a browser signs: no backslash undone. */
  readonly written: { readonly name: string; readonly filename?: string | undefined }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// RFC 9110 section 5.6: parameters with tokens or quoted strings as values.
const parameter = /[ \t]*;[ \t]*([\w-]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))/y

/** RFC 9110 section 5.6.2 and 5.5; a line that goes on in the next one is obsolete there, and refused. */
const line = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\r\n\0]*)$/
const mostLines = 8

/** `head`: its lines, each byte one character. Undefined for what is no part of a form or could be read in two ways. */
export function parsePartHead(head: string): PartHead | undefined {
  const fields = parseLines(head)
  const disposition = fields?.get('content-disposition')
  const encoding = fields?.get('content-transfer-encoding') ?? 'binary'
  // Deprecated by RFC 7578 section 4.7, and not undone by the app: these say that nothing has to be.
  if (disposition === undefined || !/^(?:7bit|8bit|binary)$/i.test(encoding)) return undefined
  const parameters = parseDisposition(disposition)
  const name = parameters?.get('name')
  if (parameters === undefined || name === undefined) return undefined
  const filename = parameters.get('filename*') ?? parameters.get('filename')
  return {
    name: name.value,
    type: typeOf(fields?.get('content-type')),
    ...(filename !== undefined && { filename: filename.value }),
    written: { name: name.written, filename: filename?.written },
  }
}

/** Lower-case names, each once. */
function parseLines(head: string): ReadonlyMap<string, string> | undefined {
  const lines = head.split('\r\n')
  const fields = new Map<string, string>()
  for (const one of lines) {
    const [, name, value] = line.exec(one) ?? []
    if (name === undefined || value === undefined || fields.has(name.toLowerCase())) return undefined
    fields.set(name.toLowerCase(), value.trimEnd())
  }
  return fields.size > mostLines ? undefined : fields
}

interface Parameter {
  readonly value: string
  readonly written: string
}

function parseDisposition(bytes: string): ReadonlyMap<string, Parameter> | undefined {
  const kind = /^form-data(?=[ \t]*;)/i.exec(bytes)
  if (kind === null) return undefined
  const parameters = new Map<string, Parameter>()
  let at = kind[0].length
  while (at < bytes.length) {
    parameter.lastIndex = at
    const found = parameter.exec(bytes)
    const [, name, quoted, token] = found ?? []
    if (found === null || name === undefined) return undefined
    at = parameter.lastIndex
    const key = name.toLowerCase()
    const value = key.endsWith('*') ? decodeExtended(token) : decode(unquote(quoted) ?? token)
    const written = key.endsWith('*') ? value : decode(quoted ?? token)
    const known = key === 'name' || key === 'filename' || key === 'filename*'
    if (!known || value === undefined || written === undefined || parameters.has(key)) return undefined
    parameters.set(key, { value, written })
  }
  return parameters
}

/** Browsers leave a backslash as it is, others write `\"` and `\\`. */
function unquote(quoted: string | undefined): string | undefined {
  return quoted?.replaceAll(/\\(["\\])/g, '$1')
}

function decode(bytes: string | undefined): string | undefined {
  if (bytes === undefined) return undefined
  try {
    return decoder.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return undefined
  }
}

/** RFC 8187: `utf-8''na%C3%AFve.txt`, as urllib3 before 2.0 and aiohttp write names that aren't ASCII. */
function decodeExtended(value: string | undefined): string | undefined {
  const found = /^utf-8'[\w-]*'((?:[\w!#$&+.^`|~-]|%[0-9a-f]{2})*)$/i.exec(value ?? '')
  try {
    return found?.[1] === undefined ? undefined : decodeURIComponent(found[1])
  } catch {
    return undefined
  }
}

/** It decides nothing, so what is odd becomes the type that says nothing. */
function typeOf(value: string | undefined): string {
  const essence = (value?.split(';')[0] ?? '').trim().toLowerCase()
  return /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,127}$/.test(essence)
    ? essence
    : 'application/octet-stream'
}
