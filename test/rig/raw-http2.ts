/** HTTP/2 frame by frame over TLS: for connections that no well-behaved client can make (RFC 9113, RFC 7541). */
import { connect, type TLSSocket } from 'node:tls'

export const frameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const flag = { endStream: 1, ack: 1, endHeaders: 4 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export type Field = readonly [name: string, value: string]

/** RFC 9113 section 4.1. */
export function makeFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Literal fields without indexing or Huffman coding (RFC 7541 section 6.2.2), Latin-1, exactly as given. */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => [Buffer.from([0]), ...field.flatMap(encodeText)]))
}

function encodeText(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  return [encodeLength(bytes.byteLength), bytes]
}

/** RFC 7541 section 5.1 with a prefix of seven bits. */
function encodeLength(length: number): Buffer {
  if (length < 127) return Buffer.from([length])
  const bytes = [127]
  let rest = length - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** A request's HEADERS frame; the body, if there is one, follows as DATA. */
export function makeRequest(
  stream: number,
  fields: readonly Field[],
  body: 'none' | 'follows' = 'none',
): Buffer {
  const flags = flag.endHeaders | (body === 'none' ? flag.endStream : 0)
  return makeFrame(frameType.headers, flags, stream, encodeFields(fields))
}

export function makeData(stream: number, text: string, end = true): Buffer {
  return makeFrame(frameType.data, end ? flag.endStream : 0, stream, Buffer.from(text, 'latin1'))
}

export function makeReset(stream: number, code: number): Buffer {
  return makeFrame(frameType.reset, 0, stream, uint32(code))
}

export function makeSettings(settings: Readonly<Record<number, number>>): Buffer {
  const entries = Object.entries(settings).map(([id, value]) => {
    const entry = Buffer.alloc(6)
    entry.writeUInt16BE(Number(id), 0)
    entry.writeUInt32BE(value, 2)
    return entry
  })
  return makeFrame(frameType.settings, 0, 0, Buffer.concat(entries))
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value, 0)
  return bytes
}

export interface RawOptions {
  /** The client's own settings, by number (RFC 9113 section 6.5.2). */
  readonly settings?: Readonly<Record<number, number>>
  /** Whether the other side's settings are acknowledged. */
  readonly acknowledge?: boolean
  /** A loopback address to call from. */
  readonly from?: string
}

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
export const headerTableSize = 1

export class RawHttp2 {
  readonly frames: Frame[] = []
  readonly socket: TLSSocket
  readonly #acknowledge: boolean
  readonly #watching = new Set<() => void>()
  #rest: Buffer = Buffer.alloc(0)

  private constructor(socket: TLSSocket, acknowledge: boolean) {
    this.socket = socket
    this.#acknowledge = acknowledge
    socket.on('data', (bytes: Buffer) => this.#take(bytes))
    // A reset is an end like any other.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#tell())
  }

  static async open(port: number, options: RawOptions = {}): Promise<RawHttp2> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      ...(options.from === undefined ? {} : { localAddress: options.from }),
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject)
    })
    const raw = new RawHttp2(socket, options.acknowledge ?? true)
    // Without a dynamic table every answer's status can be read by itself.
    raw.send(Buffer.from(preface), makeSettings({ [headerTableSize]: 0, ...options.settings }))
    return raw
  }

  send(...frames: readonly Uint8Array[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames))
  }

  get isClosed(): boolean {
    return this.socket.destroyed
  }

  /** Resolves once `holds` does, which is asked after each frame and at the end. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return
        this.#watching.delete(look)
        resolve()
      }
      this.#watching.add(look)
      look()
    })
  }

  /** The frames of one stream; of the connection itself with 0. */
  of(stream: number, type?: number): readonly Frame[] {
    return this.frames.filter((one) => one.stream === stream && (type === undefined || one.type === type))
  }

  /** How a stream ended: the answer's status, how it was reset, or that the connection is gone. */
  async outcome(stream: number): Promise<{ status?: string; reset?: number; closed?: true }> {
    await this.until(() => this.isClosed || this.of(stream).some(endsStream))
    const [head] = this.of(stream, frameType.headers)
    const [reset] = this.of(stream, frameType.reset)
    return {
      ...(head === undefined ? {} : { status: readStatus(head.payload) }),
      ...(reset === undefined ? {} : { reset: reset.payload.readUInt32BE(0) }),
      ...(head === undefined && reset === undefined ? { closed: true as const } : {}),
    }
  }

  destroy(): void {
    this.socket.destroy()
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const length = this.#rest.byteLength < 9 ? Infinity : this.#rest.readUIntBE(0, 3)
      if (this.#rest.byteLength < 9 + length) break
      const stream = this.#rest.readUInt32BE(5) & 0x7fffffff
      const one = { type: this.#rest.readUInt8(3), flags: this.#rest.readUInt8(4), stream }
      this.frames.push({ ...one, payload: this.#rest.subarray(9, 9 + length) })
      this.#rest = this.#rest.subarray(9 + length)
      const isNew = one.type === frameType.settings && (one.flags & flag.ack) === 0
      if (isNew && this.#acknowledge) this.send(makeFrame(frameType.settings, flag.ack, 0, Buffer.alloc(0)))
    }
    this.#tell()
  }

  #tell(): void {
    for (const look of [...this.#watching]) look()
  }
}

function endsStream({ type, flags }: Frame): boolean {
  const mayEnd = type === frameType.data || type === frameType.headers
  return type === frameType.reset || (mayEnd && (flags & flag.endStream) !== 0)
}

/** Static table entries 8 to 14 (RFC 7541 appendix A). */
const indexed = ['200', '204', '206', '304', '400', '404', '500']
/** RFC 7541 appendix B. */
const digits: Readonly<Record<string, string>> = {
  '00000': '0', '00001': '1', '00010': '2', '011001': '3', '011010': '4', '011011': '5', '011100': '6',
  '011101': '7', '011110': '8', '011111': '9',
} // prettier-ignore

/** The sizes of the table that a block begins with (RFC 7541 section 6.3), and where the fields begin. */
export function readTableSizes(block: Buffer): { readonly sizes: readonly number[]; readonly end: number } {
  const sizes: number[] = []
  let at = 0
  for (; ((block[at] ?? 0) & 0xe0) === 0x20; at++) {
    let size = (block[at] ?? 0) & 0x1f
    // RFC 7541 section 5.1 with a prefix of five bits.
    for (let more = size === 31, shift = 0; more; shift += 7) {
      const byte = block[++at] ?? 0
      size += (byte & 0x7f) * 2 ** shift
      more = byte >= 128
    }
    sizes.push(size)
  }
  return { sizes, end: at }
}

/** The status stands first: indexed, or as a literal under an indexed name, with or without Huffman coding. */
function readStatus(block: Buffer): string {
  const { end: at } = readTableSizes(block)
  const first = block[at] ?? 0
  if (first >= 0x80) return indexed[(first & 0x7f) - 8] ?? '?'
  const length = (block[at + 1] ?? 0) & 0x7f
  const value = block.subarray(at + 2, at + 2 + length)
  if (((block[at + 1] ?? 0) & 0x80) === 0) return value.toString('latin1')
  const bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let [text, code] = ['', '']
  for (const bit of bits) {
    code += bit
    const digit = digits[code]
    if (digit === undefined) continue
    text += digit
    code = ''
  }
  return text
}
