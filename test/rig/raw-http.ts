/** Sends bytes, not requests: for messages that no well-behaved client can make. */
import { connect } from 'node:net'

export interface RawAnswer {
  /** Undefined when the connection ended without an answer. */
  readonly status: number | undefined
  /** Names in lower case, in the order they came, twins included. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Without the transfer coding. */
  readonly body: string
  /** Whether the other side closed the connection by the time of the answer. */
  readonly closed: boolean
  readonly raw: string
}

export interface RawOptions {
  readonly host?: string
  /** A loopback address to call from. */
  readonly from?: string
  /** `answer`: the first complete one; `close`: everything until the other side hangs up. */
  readonly until?: 'answer' | 'close'
  /** Milliseconds to give up after; what came by then is the answer. */
  readonly limit?: number
}

/** Each piece is written by itself; text is sent byte by byte as Latin-1, so that `\xff` is one byte. */
export function sendRaw(
  port: number,
  pieces: string | Uint8Array | readonly (string | Uint8Array)[],
  options: RawOptions = {},
): Promise<RawAnswer> {
  const list = typeof pieces === 'string' || pieces instanceof Uint8Array ? [pieces] : pieces
  return new Promise((resolve) => {
    const { host = '127.0.0.1', from } = options
    const socket = connect({
      port,
      host,
      noDelay: true,
      ...(from === undefined ? {} : { localAddress: from }),
    })
    let raw = ''
    const finish = (closed: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ ...readAnswer(raw).answer, closed, raw })
    }
    const timer = setTimeout(finish, options.limit ?? 20_000, false)
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      for (const piece of list) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
    })
    socket.on('data', (text: string) => {
      raw += text
      if (options.until !== 'close' && readAnswer(raw).complete) finish(false)
    })
    // A reset after the answer is an end like any other.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      finish(true)
    })
  })
}

/** A request as text: header lines as given, nothing added but the Host header unless there is one. */
export function rawRequest(startLine: string, headers: readonly string[] = [], body = ''): string {
  const named = headers.some((line) => /^host:/i.test(line))
  const lines = [`${startLine} HTTP/1.1`, ...(named ? [] : ['Host: 127.0.0.1']), ...headers]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

type Parsed = Pick<RawAnswer, 'status' | 'headers' | 'body'>

function readAnswer(raw: string): { readonly complete: boolean; readonly answer: Parsed } {
  const end = raw.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = raw.slice(0, end < 0 ? raw.length : end).split('\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]
  if (end < 0 || status === undefined) {
    return { complete: false, answer: { status: undefined, headers: [], body: '' } }
  }
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const rest = raw.slice(end + 4)
  if (status.startsWith('1')) return readAnswer(rest)
  const { complete, body } = readBody(rest, Number(status), new Map(headers))
  return { complete, answer: { status: Number(status), headers, body } }
}

/** RFC 9112 section 6.3, for answers to anything but HEAD and CONNECT. */
function readBody(rest: string, status: number, headers: ReadonlyMap<string, string>) {
  if (status === 204 || status === 304) return { complete: true, body: '' }
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(rest)
  const length = headers.get('content-length')
  if (length === undefined) return { complete: false, body: rest }
  return { complete: rest.length >= Number(length), body: rest.slice(0, Number(length)) }
}

function readChunks(rest: string): { readonly complete: boolean; readonly body: string } {
  let [at, body] = [0, '']
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at)
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(rest.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) return { complete: false, body }
    if (size === 0) return { complete: rest.includes('\r\n\r\n', lineEnd), body }
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
