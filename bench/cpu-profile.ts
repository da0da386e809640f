/** Reads V8's .cpuprofile (Chrome DevTools Protocol, Profiler.Profile) and says which part of the gate each sample is. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  /** Microseconds of the system's monotonic clock, which all processes share. */
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Microseconds by part of the program, and by function. */
export interface SelfTimes {
  readonly parts: ReadonlyMap<string, number>
  readonly functions: ReadonlyMap<string, number>
}

/** The profile of the main thread; workers write smaller ones of their own. */
export function readProfile(folder: string): Profile {
  const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'))
  const [largest] = files.toSorted((a, b) => b.length - a.length)
  if (largest === undefined) throw new Error(`No profile was written to ${folder}.`)
  return JSON.parse(largest) as Profile
}

/** Self time between two points of the monotonic clock, without the time that the thread waited. */
export function selfTimes(profile: Profile, from: number, to: number): SelfTimes {
  const named = nameNodes(profile.nodes)
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  let at = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index + 1] ?? 0
    at += profile.timeDeltas[index] ?? 0
    const node = named.get(id)
    if (node === undefined || node.part === idle || at < from || at > to) continue
    parts.set(node.part, (parts.get(node.part) ?? 0) + delta)
    functions.set(node.name, (functions.get(node.name) ?? 0) + delta)
  }
  return { parts, functions }
}

interface Named {
  readonly part: string
  readonly name: string
}

const idle = 'idle'
const notCode: ReadonlyMap<string, string> = new Map([
  ['(idle)', idle],
  ['(root)', idle],
  ['(program)', 'system calls, HTTP parser (outside JavaScript)'],
  ['(garbage collector)', 'garbage collection'],
])

/** Native functions have no file: they belong to whoever called them. */
function nameNodes(nodes: readonly ProfileNode[]): ReadonlyMap<number, Named> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const named = new Map<number, Named>()
  const visit = (node: ProfileNode, caller: string) => {
    const { functionName, url, lineNumber } = node.callFrame
    const part = notCode.get(functionName) ?? (url === '' ? caller : partOf(url))
    const short =
      url === ''
        ? `native, for ${caller}`
        : `${url.replace(/^.*\/(?=dist\/|undici\/)/, '')}:${String(lineNumber + 1)}`
    named.set(node.id, { part, name: `${functionName || '(anonymous)'} (${short})` })
    for (const child of node.children ?? []) {
      const next = byId.get(child)
      if (next !== undefined) visit(next, part)
    }
  }
  const [root] = nodes
  if (root !== undefined) visit(root, 'Node: other')
  return named
}

const built = new URL('../dist/', import.meta.url).href

function partOf(url: string): string {
  if (url.startsWith(built)) return ownPart(url.slice(built.length))
  const library = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (library !== undefined) return library
  if (url.includes('crypto')) return 'Node: crypto'
  if (/http/.test(url)) return 'Node: http'
  if (/node:net|node:internal\/(?:net|stream_base)/.test(url)) return 'Node: net'
  if (/stream/.test(url)) return 'Node: streams'
  if (/timers/.test(url)) return 'Node: timers'
  if (/fs/.test(url)) return 'Node: files'
  if (/events|async_hooks|process\/|diagnostics/.test(url)) return 'Node: events, promises, hooks'
  return 'Node: other'
}

/** The folder in src; of the store the engine too, whose native calls count with it. */
function ownPart(file: string): string {
  const [place = '', , engine] = file.split('/')
  return file.startsWith('store/engines/')
    ? `src/store (${engine ?? ''})`
    : `src/${place.replace(/\.js$/, '.ts')}`
}
