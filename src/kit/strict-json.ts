/** JSON read in one way only (RFC 8259, RFC 7493), and written again so that every reader reads the same value. */
import { isUtf8 } from 'node:buffer'
import { isJsonList, Numeral, type Json } from './json.ts'

export interface JsonLimits {
  /** Arrays and objects inside each other. */
  readonly depth: number
  /** Values, those inside others included; an object counts as `objectWeight`. */
  readonly nodes: number
}

/** An empty object takes 190 bytes of memory and three of the body: about so many times what other values take. */
const objectWeight = 8

/** A request has no use for more; Python's own json gives up at a depth of a thousand. */
export const requestLimits: JsonLimits = { depth: 64, nodes: 1_000_000 }

export type JsonFault =
  | 'not-utf8'
  | 'syntax'
  | 'duplicate-key'
  | 'lone-surrogate'
  | 'number-range'
  | 'too-deep'
  | 'too-many-values'
  | 'trailing-text'

/** Why a text is no JSON, and where; no word of the text itself. */
export class JsonTrouble extends Error {
  override readonly name = 'JsonTrouble'
  readonly code: JsonFault
  /** In UTF-16 units of the text. */
  readonly at: number

  constructor(code: JsonFault, at: number) {
    super(`${code} at ${at}`)
    this.code = code
    this.at = at
  }
}

/** Throws JsonTrouble. */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits): Json {
  // RFC 8259 section 8.1: UTF-8; Python's json.loads would guess UTF-16 and UTF-32 too.
  if (!isUtf8(bytes)) throw new JsonTrouble('not-utf8', 0)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  return parseStrictText(text, limits)
}

/** The same for what was decoded already. Throws JsonTrouble. */
export function parseStrictText(text: string, limits: JsonLimits): Json {
  return new Parser(text, limits).parse()
}

/** RFC 8259 section 6. */
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
/** Up to what ends a string or has to be looked at (RFC 8259 section 7). */
const plain = /[^"\\\u0000-\u001f]*/y
/** Cut out of a text longer than this, a short string is copied: a slice keeps the whole text alive as long as itself. */
const keepsWhole = 65_536
const short = 1_024
/** Longer, and no double has that many digits to give; Python reads no integer of more than 4300. */
const longestNumber = 1_100

class Parser {
  #at = 0
  #nodes = 0
  #depth = 0
  readonly #text: string
  readonly #limits: JsonLimits

  constructor(text: string, limits: JsonLimits) {
    this.#text = text
    this.#limits = limits
  }

  parse(): Json {
    this.#skipSpace()
    const value = this.#value()
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#trouble('trailing-text')
    return value
  }

  #trouble(code: JsonFault): JsonTrouble {
    return new JsonTrouble(code, this.#at)
  }

  #count(weight: number): void {
    this.#nodes += weight
    if (this.#nodes > this.#limits.nodes) throw this.#trouble('too-many-values')
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#at++
    }
  }

  /** Starts at the first character of a value, ends after its last. */
  #value(): Json {
    this.#count(1)
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string()
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#trouble('syntax')
    this.#at += word.length
    return value
  }

  #number(): number | Numeral {
    number.lastIndex = this.#at
    if (!number.test(this.#text)) throw this.#trouble('syntax')
    if (number.lastIndex - this.#at > longestNumber) throw this.#trouble('number-range')
    const text = this.#text.slice(this.#at, number.lastIndex)
    const value = Number(text)
    // Beyond a double one reader sees infinity, another an integer, a third an error (RFC 8259 section 6).
    if (!Number.isFinite(value)) throw this.#trouble('number-range')
    this.#at = number.lastIndex
    return String(value) === text ? value : new Numeral(text)
  }

  #enter(): void {
    if (++this.#depth > this.#limits.depth) throw this.#trouble('too-deep')
    this.#at++
    this.#skipSpace()
  }

  #leave(): void {
    this.#depth--
    this.#at++
  }

  /** After a member: true if another follows, and the place is at it. */
  #goesOn(end: string): boolean {
    this.#skipSpace()
    const found = this.#text[this.#at]
    if (found === end) return false
    if (found !== ',') throw this.#trouble('syntax')
    this.#at++
    this.#skipSpace()
    return true
  }

  #array(): Json {
    const items: Json[] = []
    this.#enter()
    if (this.#text[this.#at] !== ']') {
      do items.push(this.#value())
      while (this.#goesOn(']'))
    }
    this.#leave()
    return items
  }

  #object(): Json {
    // Without a prototype: `__proto__` is a key like any other, and nothing is found that wasn't sent.
    const members = Object.create(null) as Record<string, Json>
    this.#count(objectWeight - 1)
    this.#enter()
    if (this.#text[this.#at] !== '}') {
      do this.#member(members)
      while (this.#goesOn('}'))
    }
    this.#leave()
    return members
  }

  #member(members: Record<string, Json>): void {
    if (this.#text[this.#at] !== '"') throw this.#trouble('syntax')
    const start = this.#at
    const key = this.#string()
    // The first wins here, the last there (RFC 8259 section 4): nobody may rely on either.
    if (key in members) throw new JsonTrouble('duplicate-key', start)
    this.#skipSpace()
    if (this.#text[this.#at] !== ':') throw this.#trouble('syntax')
    this.#at++
    this.#skipSpace()
    members[key] = this.#value()
  }

  #string(): string {
    const start = this.#at
    plain.lastIndex = start + 1
    plain.test(this.#text)
    this.#at = plain.lastIndex
    if (this.#text[this.#at] === '"') {
      const isKeptAlone = this.#text.length > keepsWhole && this.#at - start < short
      return isKeptAlone ? this.#unescape(start) : this.#text.slice(start + 1, this.#at++)
    }
    this.#at = this.#closingQuote()
    const text = this.#unescape(start)
    // RFC 7493 section 2.1: no UTF-8 stands for half a pair; orjson 3, which writes Gradio's answers, refuses it.
    if (!text.isWellFormed()) throw new JsonTrouble('lone-surrogate', start)
    return text
  }

  #closingQuote(): number {
    for (let at = this.#at; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at)
      if (unit === 0x22) return at
      if (unit === 0x5c) at++
    }
    throw this.#trouble('syntax')
  }

  /** One string, from quote to quote; the engine's own reader knows RFC 8259 section 7 exactly. */
  #unescape(start: number): string {
    try {
      return JSON.parse(this.#text.slice(start, ++this.#at)) as string
    } catch {
      throw new JsonTrouble('syntax', start)
    }
  }
}

/** The shortest text; numbers as they were read. Keys that are array indices come first, as JavaScript keeps them. */
export function writeJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('JSON has no such number.')
      return Object.is(value, -0) ? '-0' : String(value)
    case 'object':
      return value === null ? 'null' : writeComposite(value)
    default:
      throw new TypeError(`JSON has no ${typeof value}.`)
  }
}

function writeComposite(value: Exclude<Json, string | boolean | number | null>): string {
  if (value instanceof Numeral) return value.text
  let text = ''
  if (isJsonList(value)) {
    for (const item of value) text += text === '' ? writeJson(item) : `,${writeJson(item)}`
    return `[${text}]`
  }
  for (const key in value) {
    const item = value[key]
    if (item === undefined) throw new TypeError('JSON has no undefined.')
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${writeJson(item)}`
  }
  return `{${text}}`
}
