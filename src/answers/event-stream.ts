/** Event streams cut into messages (HTML standard, section 9.2.6), bytes untouched, wherever the chunks were cut. */

/** `part`: of a message that is larger than the bound, so that nobody holds it whole; `last`: the one that ends it. */
export interface Piece {
  readonly kind: 'message' | 'part' | 'last'
  readonly bytes: Buffer
}

const lf = 0x0a
const cr = 0x0d

/**
 * A message ends with a blank line; lines end with LF, CRLF or CR. The pieces are, one after the other, exactly the bytes that
 * went in. A CR ends its line at once, so the LF of a CRLF that was cut in two comes at the start of the next piece.
 */
export class EventSplitter {
  readonly #most: number
  #held: Buffer[] = []
  #size = 0
  /** Nothing stands on the present line yet. */
  #lineEmpty = true
  #afterCr = false
  #overlong = false

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  push(chunk: Uint8Array): Piece[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const pieces: Piece[] = []
    let from = 0
    let at = 0
    // Looked for only as long as there are any: Gradio sends none.
    let nextCr = bytes.indexOf(cr)
    while (at < bytes.length) {
      if (this.#afterCr) {
        this.#afterCr = false
        if (bytes[at] === lf) {
          at++
          continue
        }
      }
      const nextLf = bytes.indexOf(lf, at)
      if (nextCr !== -1 && nextCr < at) nextCr = bytes.indexOf(cr, at)
      const end = nextCr === -1 || (nextLf !== -1 && nextLf < nextCr) ? nextLf : nextCr
      if (end === -1) {
        this.#lineEmpty = false
        break
      }
      const blank = this.#lineEmpty && end === at
      this.#lineEmpty = true
      this.#afterCr = bytes[end] === cr
      at = end + 1
      if (!blank) continue
      if (this.#afterCr && bytes[at] === lf) {
        this.#afterCr = false
        at++
      }
      pieces.push(this.#finish(bytes.subarray(from, at)))
      from = at
    }
    this.#hold(bytes.subarray(from), pieces)
    return pieces
  }

  /** What stands after the last blank line: a browser drops it, other readers may not. */
  end(): Piece[] {
    return this.#size === 0 && !this.#overlong ? [] : [this.#finish(Buffer.alloc(0))]
  }

  #finish(last: Buffer): Piece {
    const overlong = this.#overlong || this.#size + last.length > this.#most
    const bytes = this.#held.length === 0 ? last : Buffer.concat([...this.#held, last])
    this.#held = []
    this.#size = 0
    this.#overlong = false
    return { kind: overlong ? 'last' : 'message', bytes }
  }

  #hold(rest: Buffer, pieces: Piece[]): void {
    if (rest.length === 0) return
    this.#held.push(rest)
    this.#size += rest.length
    if (this.#size <= this.#most && !this.#overlong) return
    pieces.push({ kind: 'part', bytes: Buffer.concat(this.#held) })
    this.#overlong = true
    this.#held = []
    this.#size = 0
  }
}

interface Field {
  readonly name: string
  readonly value: string
}

const lineEnd = /\r\n|\n|\r/

function readField(line: string): Field {
  const colon = line.indexOf(':')
  if (colon === -1) return { name: line, value: '' }
  const value = line.slice(colon + 1)
  return { name: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value }
}

function linesOf(bytes: Buffer): readonly string[] {
  const text = bytes.toString('utf8')
  // One mark at the start of a stream is no part of its first line (HTML standard, section 9.2.5).
  return (text.startsWith('\ufeff') ? text.slice(1) : text).split(lineEnd)
}

/** The text of a message: its `data` lines, joined; undefined when it has none. */
export function dataOf(message: Buffer): string | undefined {
  let data: string | undefined
  for (const line of linesOf(message)) {
    const { name, value } = readField(line)
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
  }
  return data
}

/** The message with another text; its other lines stay where they are. */
export function withData(message: Buffer, text: string): Buffer {
  const lines = linesOf(message).filter((line) => line !== '')
  const first = lines.findIndex((line) => readField(line).name === 'data')
  const others = lines.filter((line) => readField(line).name !== 'data')
  const place = first === -1 ? others.length : first
  const data = text.split(lineEnd).map((line) => `data: ${line}`)
  const end = message.includes('\r\n') ? '\r\n' : '\n'
  return Buffer.from(`${[...others.slice(0, place), ...data, ...others.slice(place)].join(end)}${end}${end}`)
}
