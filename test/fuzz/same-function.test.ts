/**
 * A guard is worth nothing when the app behind it reads a request in another way. Requests of all kinds go through the gate's
 * own steps, and what they let through goes to a real Gradio app that writes down which route and which function it reached.
 */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeContent } from '../../src/forward/write-content.ts'
import type { Resolved } from '../../src/request.ts'
import { toNumbers } from './compare.ts'
import { generate, type Pools } from './generate.ts'
import { Random } from './random.ts'
import { asker, drawn, neighbour, startWays, type Reached, type Ways } from './ways.ts'

const count = Number(process.env['SEKISHO_FUZZ_CALLS'] ?? 100_000)
const seed = Number(process.env['SEKISHO_FUZZ_SEED'] ?? Date.now() % 1e9)

let started: Awaited<ReturnType<typeof startWays>>
let ways: Ways

beforeAll(async () => {
  started = await startWays()
  ways = started.ways
})
afterAll(() => started.stop())

/** Where Gradio's Python function is called otherwise than its endpoint. */
const pythonNames: Readonly<Record<string, string>> = { twin_1: 'twin', v2: 'dotted', 'a-b_c': 'named' }

async function makePools(): Promise<Pools> {
  const { model, ledger } = ways
  await ledger.noteFiles(asker, ['/tmp/of-the-asker.png'])
  await ledger.noteFiles(neighbour, ['/tmp/of-the-neighbour.png'])
  await ledger.noteDeepLink(asker, 'mine')
  await ledger.noteDeepLink(neighbour, 'theirs')
  const session = ways.upstream(asker, 'abc')
  await ledger.noteEvent({ id: 'e1', owner: asker, endpoint: 0, endpointName: 'predict', session })
  await ledger.noteEvent({ id: 'e2', owner: neighbour, endpoint: 1, endpointName: 'admin', session: 'x' })
  const rendered = ['rendered', 'rendered_too'].map((name) => ways.renderedId(name))
  const foreign = ways.upstream(neighbour, 'abc')
  return {
    names: [
      ...model.byName.keys(),
      'predict',
      'predict',
      'rendered',
      'rendered_too',
      'nothing',
      'constructor',
      'quick%2e',
    ],
    indexes: [...model.endpoints.keys(), ...rendered, 99],
    sessions: [
      'abc',
      drawn,
      drawn,
      'new-one',
      session,
      ways.upstream(asker, drawn),
      foreign,
      'not valid',
      '',
    ],
    events: ['e1', 'e1', 'e2', 'e3', ''],
    files: [
      '/tmp/of-the-asker.png',
      '/tmp/of-the-neighbour.png',
      '/etc/passwd',
      'http://evil.test/x',
      'a/../b',
    ],
  }
}

interface Trial {
  /** Requests that the steps let through. */
  passing: number
  /** By case, those that are unlike each other once they are written again: the app is sent them. */
  readonly sent: Map<string, Resolved>
  readonly statuses: Map<string, number>
}

async function runTrial(pools: Pools): Promise<Trial> {
  const random = new Random(seed)
  const trial: Trial = { passing: 0, sent: new Map(), statuses: new Map() }
  const known = new Set<string>()
  const running = new Set<Promise<unknown>>()
  for (let at = 0; at < count; at++) {
    const resolved = await ways.judge(generate(random, pools))
    // Somebody else's files are for the policy to refuse; the app must not be asked for them here.
    if (resolved?.target.files.some(({ standing }) => standing !== 'own') !== false) continue
    trial.passing++
    const written = shownAs(resolved).replace(/"session_hash":"gate_[^"]*"/, '')
    if (known.has(written)) continue
    known.add(written)
    trial.sent.set(String(at), resolved)
    const sending = ways.send(resolved, String(at)).then(({ status }) => {
      trial.statuses.set(String(at), status)
      running.delete(sending)
    })
    running.add(sending)
    if (running.size >= 24) await Promise.race(running)
  }
  await Promise.all(running)
  return trial
}

describe('what is let through', () => {
  it(
    `reaches the route and the function that it was judged as (${String(count)} requests, seed ${String(seed)})`,
    async () => {
      const { passing, sent, statuses } = await runTrial(await makePools())
      const reached = Map.groupBy(await ways.quiet(), (line) => line.case)
      const faults = [...sent].flatMap(([id, resolved]) => {
        const lines = reached.get(id) ?? []
        const fault = findFault(lines, resolved, statuses.get(id))
        return fault === undefined ? [] : `${fault}: ${shownAs(resolved)} reached ${JSON.stringify(lines)}`
      })
      const ran = [...sent.keys()].filter((id) => reached.get(id)?.some((line) => line.ran !== undefined))
      console.log(
        `${String(count)} requests, ${String(passing)} let through, ${String(sent.size)} of them unlike each other; ` +
          `${String(ran.length)} functions ran`,
      )
      expect(faults.slice(0, 5)).toEqual([])
      // Guards the test itself: a generator that nothing gets through would prove nothing.
      expect(passing).toBeGreaterThan(count / 20)
      expect(ran.length).toBeGreaterThan(sent.size / 4)
      const names = [...sent.values()].flatMap(({ target }) => target.call?.endpoint.name ?? [])
      if (count >= 10_000) expect(new Set(names).size).toBe(onServer(ways))
    },
    Math.max(240_000, count * 5),
  )
})

function onServer({ model }: Ways): number {
  return [...model.endpoints.values()].filter((endpoint) => endpoint.onServer).length
}

function findFault(
  lines: readonly Reached[],
  resolved: Resolved,
  status: number | undefined,
): string | undefined {
  const routes = lines.flatMap(({ route }) => route ?? [])
  // What nobody serves reaches nothing: the routes of MCP, where there is none.
  if (
    routes.length === 0
      ? status !== 404
      : routes.some((route) => shape(route) !== shape(expectedRoute(resolved)))
  )
    return 'another route'
  const calls = lines.filter(({ ran }) => ran !== undefined)
  if (calls.length > 1) return 'more than one function'
  const [line] = calls
  return line === undefined ? undefined : findFaultInCall(line, resolved)
}

function findFaultInCall(line: Reached, { target }: Resolved): string | undefined {
  const { call, session } = target
  if (call === undefined) return 'a function, though nothing was called'
  const name = call.endpoint.apiName ?? call.endpoint.name
  if (line.ran !== (pythonNames[name] ?? name)) return 'another function'
  if ((line.session ?? undefined) !== session?.upstream) return 'another session'
  // Every function writes down its one JSON box.
  const slot = call.endpoint.inputs.findIndex(({ type }) => type === 'json')
  return isDeepStrictEqual(line.value, toNumbers(call.data[slot])) ? undefined : 'another value'
}

function expectedRoute({ entry, path }: Resolved): string {
  if (entry.id === 'call.start' || entry.id === 'call.v2') return '/gradio_api/queue/join'
  return entry.id === 'page.declared' ? path : entry.path.replace('[/]', '')
}

/** Without the names of its parameters, and without the slash of its twin. */
function shape(route: string): string {
  const bare = route.replace(/\{[^}]*\}/g, '{}')
  return bare === '/' ? bare : bare.replace(/\/$/, '')
}

function shownAs({ entry, outgoing }: Resolved): string {
  const { body } = writeContent(outgoing.content)
  return `${entry.id} ${outgoing.path}?${outgoing.query} ${typeof body === 'string' ? body : ''}`
}
