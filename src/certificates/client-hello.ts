/** The first message of a TLS connection, read just far enough to see which protocols it offers. */

export type Hello =
  /** All bytes so far fit; more are needed. */
  | { readonly kind: 'incomplete' }
  /** The protocols of the ALPN extension (RFC 7301 section 3.1), as Latin-1; empty when there is none. */
  | { readonly kind: 'hello'; readonly protocols: readonly string[] }
  /** Not a ClientHello; TLS itself shall say what is wrong with it. */
  | { readonly kind: 'other' }

const incomplete = { kind: 'incomplete' } as const
const other = { kind: 'other' } as const

const handshakeRecord = 22
const clientHello = 1
const alpnExtension = 16
/** Post-quantum key shares make 2 KiB; nobody honest needs this much (OpenSSL takes as little). */
const longestHello = 16_384
/** RFC 8446 section 5.1: a plaintext record holds at most 2^14 bytes. */
const longestRecord = 16_384
/** Clients cut it into a few at most; thousands of tiny ones would be work. */
const mostRecords = 16

/** Reads what has arrived; never more than the one message. */
export function readClientHello(bytes: Uint8Array): Hello {
  const message = readHandshake(bytes)
  if (!(message instanceof Reader)) return message
  // RFC 8446 section 4.1.2: legacy_version, random, legacy_session_id, cipher_suites, legacy_compression_methods.
  const parts = [message.take(34), message.vector(1), message.vector(2), message.vector(1)]
  if (parts.some((part) => part === undefined)) return other
  // TLS 1.2 allows a hello that ends here, without extensions (RFC 5246 section 7.4.1.2).
  if (message.isAtEnd) return { kind: 'hello', protocols: [] }
  const extensions = message.vector(2)
  if (extensions === undefined || !message.isAtEnd) return other
  const protocols = readProtocols(extensions)
  return protocols === undefined ? other : { kind: 'hello', protocols }
}

/** The body of the first handshake message, put together from as many records as it was cut into. */
function readHandshake(bytes: Uint8Array): Reader | Hello {
  const records = new Reader(bytes)
  let message = new Uint8Array()
  for (let count = 0; count < mostRecords; count++) {
    if ((records.peek(0) ?? handshakeRecord) !== handshakeRecord || (records.peek(1) ?? 3) !== 3) return other
    if (records.left < 5) return incomplete
    records.take(3)
    const length = records.number(2) ?? 0
    // RFC 8446 section 5.1: handshake records are never empty.
    if (length === 0 || length > longestRecord) return other
    const fragment = records.take(Math.min(length, records.left)) ?? new Uint8Array()
    message = Buffer.concat([message, fragment])
    const found = new Reader(message)
    if ((found.number(1) ?? clientHello) !== clientHello) return other
    const size = found.number(3)
    if (size !== undefined && size > longestHello) return other
    const body = size === undefined ? undefined : found.take(size)
    // Nothing may follow a ClientHello in its record.
    if (body !== undefined) return found.isAtEnd ? new Reader(body) : other
    if (fragment.length < length) return incomplete
  }
  return other
}

function readProtocols(extensions: Uint8Array): readonly string[] | undefined {
  const list = new Reader(extensions)
  let protocols: string[] | undefined
  while (!list.isAtEnd) {
    const type = list.number(2)
    const data = list.vector(2)
    if (type === undefined || data === undefined) return undefined
    if (type !== alpnExtension) continue
    // RFC 8446 section 4.2: no two extensions of one type.
    if (protocols !== undefined) return undefined
    protocols = readNames(data)
    if (protocols === undefined) return undefined
  }
  return protocols ?? []
}

function readNames(data: Uint8Array): string[] | undefined {
  const outer = new Reader(data)
  const list = outer.vector(2)
  if (list === undefined || list.length === 0 || !outer.isAtEnd) return undefined
  const names = new Reader(list)
  const found: string[] = []
  while (!names.isAtEnd) {
    const name = names.vector(1)
    if (name === undefined || name.length === 0) return undefined
    found.push(Buffer.from(name).toString('latin1'))
  }
  return found
}

/** Reads from front to back; undefined when there isn't as much left as is asked for. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  get isAtEnd(): boolean {
    return this.left === 0
  }

  peek(ahead: number): number | undefined {
    return this.#bytes[this.#at + ahead]
  }

  take(count: number): Uint8Array | undefined {
    if (count > this.left) return undefined
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  /** Big-endian, of `size` bytes. */
  number(size: number): number | undefined {
    return this.take(size)?.reduce((sum, byte) => sum * 256 + byte, 0)
  }

  /** A variable-length vector whose length stands before it in `size` bytes (RFC 8446 section 3.4). */
  vector(size: number): Uint8Array | undefined {
    const length = this.number(size)
    return length === undefined ? undefined : this.take(length)
  }
}
