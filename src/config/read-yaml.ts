/** One YAML 1.2 document as plain values, with the line of every key. Anchors, tags and odd keys are refused. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { configFault } from './finding.ts'
import type { Finding, KeyPath, Locate } from './finding.ts'

export interface ReadYaml {
  readonly raw: unknown
  readonly locate: Locate
  /** The keys of a group as the file orders them: an object of JavaScript puts those that are numbers first. */
  readonly keysOf: (path: KeyPath) => readonly string[]
}

/** Throws GateFault `config-invalid` with every syntax error; `file` is the name to call it by. */
export function readYaml(text: string, file: string): ReadYaml {
  const lines = new LineCounter()
  const at = (offset: number): string => `${file}:${Math.max(1, lines.linePos(offset).line)}`
  const document = parse(text, file, lines)
  const findings: Finding[] = [...document.errors, ...document.warnings].map((error) => ({
    where: at(error.pos[0]),
    says: syntaxWords[error.code] ?? `this is not YAML: ${firstLine(error.message)}`,
  }))
  const places = new Map<string, number>()
  const walk = new Walk(places, (offset, says) => findings.push({ where: at(offset), says }))
  const raw = findings.length === 0 ? walk.read(document.contents, []) : undefined
  if (findings.length > 0) throw configFault(firstOfEachLine(findings))

  const locate: Locate = (path) => {
    for (let length = path.length; length > 0; length--) {
      const offset = places.get(JSON.stringify(path.slice(0, length)))
      if (offset !== undefined) return at(offset)
    }
    return at(0)
  }
  return { raw, locate, keysOf: (path) => walk.keys.get(JSON.stringify(path)) ?? [] }
}

const syntaxWords: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key stands twice in one group. Keep one of them.',
  MULTIPLE_DOCS: 'a second document begins here (---). Keep one.',
  TAB_AS_INDENT: 'a tab indents this line. YAML allows spaces only.',
  TAG_RESOLVE_FAILED: 'tags (!name) are not used here. A text that begins with ! goes in quotes: "!name".',
  BAD_ALIAS: 'a text that begins with * goes in quotes: "*".',
}

function parse(text: string, file: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, schema: 'core', merge: false })
  } catch {
    // The parser recurses: thousands of nested brackets exhaust the stack.
    throw configFault([{ where: file, says: 'this is not YAML that can be read; it nests too deep.' }])
  }
}

/** One slip makes the parser complain several times about its line; the first complaint is the useful one. */
function firstOfEachLine(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>()
  for (const finding of findings) if (!seen.has(finding.where)) seen.set(finding.where, finding)
  return [...seen.values()]
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200)
}

class Walk {
  /** By the path of their group. */
  readonly keys = new Map<string, string[]>()
  readonly #places: Map<string, number>
  readonly #report: (offset: number, says: string) => void

  constructor(places: Map<string, number>, report: (offset: number, says: string) => void) {
    this.#places = places
    this.#report = report
  }

  read(node: unknown, path: KeyPath): unknown {
    if (!isNode(node)) return null
    const offset = node.range?.[0] ?? 0
    if (isAlias(node) || node.anchor !== undefined) {
      this.#report(
        offset,
        'anchors and aliases (&name, *name) are not used here. A text that begins so goes in quotes: "*name".',
      )
      return null
    }
    if (!this.#places.has(JSON.stringify(path))) this.#places.set(JSON.stringify(path), offset)
    if (path.length > 8) {
      this.#report(offset, 'nothing nests this deep here.')
      return null
    }
    if (isScalar(node)) return node.value
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]))
    if (!isMap(node)) return null
    return Object.fromEntries(node.items.map((pair) => this.#readPair(pair.key, pair.value, path)))
  }

  #readPair(key: unknown, value: unknown, path: KeyPath): readonly [string, unknown] {
    if (!isScalar(key) || typeof key.value !== 'string') {
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0
      this.#report(offset, 'a key here must be a plain word.')
      return ['', null]
    }
    const full = [...path, key.value]
    const group = JSON.stringify(path)
    const keys = this.keys.get(group)
    if (keys === undefined) this.keys.set(group, [key.value])
    else keys.push(key.value)
    this.#places.set(JSON.stringify(full), key.range?.[0] ?? 0)
    return [key.value, this.read(value, full)]
  }
}
