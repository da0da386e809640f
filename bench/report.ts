/** The result in words and tables: the same text on stdout and in docs/bench.md. */
import type { Machine } from './machine.ts'
import type { CallRow, GradioFunction } from './measure/gradio-calls.ts'
import type { StreamRow } from './measure/idle-streams.ts'
import type { SmallKind, SmallRow } from './measure/small-requests.ts'
import type { TransferRow } from './measure/transfers.ts'
import type { Estimate } from './statistics.ts'
import type { WhereTimeGoes } from './where-time-goes.ts'

export interface Results {
  readonly machine: Machine
  /** The load average before each measurement, by its name: our own processes and everybody else's. */
  readonly load: Readonly<Record<string, number>>
  readonly small?: Readonly<Record<SmallKind, readonly SmallRow[]>>
  readonly calls?: Readonly<Record<GradioFunction, readonly CallRow[]>>
  readonly transfers?: readonly TransferRow[]
  readonly streams?: readonly StreamRow[]
  readonly time?: readonly WhereTimeGoes[]
}

/** What the gate may cost at most. */
export const aims = {
  /** Microseconds of CPU per small request. */
  smallCpu: 110,
  /** A Gradio call, to the direct way. */
  callRatio: 1.05,
  /** Part of the body: what the memory may still rise by in the second half of a transfer, when all buffers are full. */
  lateRise: 0.05,
  /** Bytes of memory per open stream. */
  perStream: 60e3,
} as const

export function writeReport(results: Results): string {
  const { small, calls, transfers, streams, time } = results
  return [
    describe(results),
    ...(small === undefined ? [] : [smallTable('asset', small.asset), smallTable('config', small.config)]),
    ...(calls === undefined ? [] : [callTable('echo', calls.echo), callTable('count', calls.count)]),
    ...(transfers === undefined ? [] : [transferTable(transfers)]),
    ...(streams === undefined ? [] : [streamTable(streams)]),
    ...(time ?? []).map(timeTable),
  ].join('\n\n')
}

function describe({ machine, load }: Results): string {
  const loads = Object.entries(load).map(([name, value]) => `${name} ${value.toFixed(1)}`)
  return [
    `Measured on ${machine.date} at commit ${machine.commit}: ${machine.cpu}, ${String(machine.cores)} cores,`,
    `${machine.memory}, ${machine.system}; Node ${machine.node}, undici ${machine.undici}, Gradio ${machine.gradio},`,
    `nginx ${machine.nginx}, Caddy ${machine.caddy}. Load average before each part: ${loads.join(', ')}.`,
  ].join('\n')
}

const smallTitles = {
  asset: 'Small GET of an asset, 1 KB (counted in the audit log)',
  config: 'Small GET of `/config`, 1 KB (a record of its own in the audit log)',
} as const

function smallTable(kind: SmallKind, rows: readonly SmallRow[]): string {
  const gate = rows.find((row) => row.way === 'gate')?.cpu?.median ?? Number.NaN
  return [
    `### ${smallTitles[kind]}`,
    table(
      ['way', 'CPU µs per request', 'one request, µs', 'to direct', 'requests/s', 'to direct'],
      rows.map((row) => [
        row.way,
        row.cpu === undefined ? '–' : withInterval(row.cpu, 1),
        withInterval(row.latency, 0),
        withInterval(row.latencyRatio, 2),
        withInterval(row.perSecond, 0),
        withInterval(row.perSecondRatio, 2),
      ]),
    ),
    verdict(`at most ${String(aims.smallCpu)} µs of CPU`, `${gate.toFixed(1)} µs`, gate <= aims.smallCpu),
  ].join('\n\n')
}

const callTitles = {
  echo: 'A Gradio call that answers at once',
  count: 'A Gradio call that streams three answers, 20 ms apart',
} as const

function callTable(name: GradioFunction, rows: readonly CallRow[]): string {
  const gate = rows.find((row) => row.way === 'gate')?.ratio.median ?? Number.NaN
  return [
    `### ${callTitles[name]}: join the queue, read the stream to its end (${String(rows[0]?.pairs ?? 0)} pairs)`,
    table(
      ['way', 'ms', 'added to direct, ms', 'to direct', 'CPU µs per call'],
      rows.map((row) => [
        row.way,
        withInterval(row.took, 2),
        withInterval(row.added, 2),
        withInterval(row.ratio, 3),
        row.cpu === undefined ? '–' : row.cpu.toFixed(0),
      ]),
    ),
    verdict('at most 5 % slower', `${((gate - 1) * 100).toFixed(1)} % slower`, gate <= aims.callRatio),
  ].join('\n\n')
}

function transferTable(rows: readonly TransferRow[]): string {
  const bytes = rows[0]?.bytes ?? 0
  const late = Math.max(...rows.filter((row) => row.way === 'gate').map((row) => row.lateRise ?? Number.NaN))
  return [
    `### One body of ${String(bytes / 1e6)} MB`,
    table(
      ['way', 'direction', 'MB/s', 'to direct', 'CPU ms per MB', 'memory rose by, MB', 'in the second half'],
      rows.map((row) => [
        row.way,
        row.direction,
        row.speed.toFixed(0),
        row.speedRatio.toFixed(2),
        row.cpu?.toFixed(2) ?? '–',
        inMegabytes(row.rise),
        inMegabytes(row.lateRise),
      ]),
    ),
    verdict(
      `memory flat: in the second half it rises by at most ${String(aims.lateRise * 100)} % of the body`,
      `${inMegabytes(late)} MB`,
      late <= aims.lateRise * bytes,
    ),
  ].join('\n\n')
}

function inMegabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 1e6).toFixed(1)
}

function streamTable(rows: readonly StreamRow[]): string {
  const gate = rows.find((row) => row.way === 'gate')?.perStream ?? Number.NaN
  return [
    `### ${String(rows[0]?.streams ?? 0)} idle event streams`,
    table(
      [
        'way',
        'memory at rest, MB',
        'memory per stream, KB',
        'CPU while idle, %',
        'heard the event',
        'until the last heard, ms',
      ],
      rows.map((row) => [
        row.way,
        inMegabytes(row.atRest),
        (row.perStream / 1e3).toFixed(1),
        (row.idleCpu * 100).toFixed(2),
        `${String(row.heard)} of ${String(row.streams)}`,
        row.took.toFixed(0),
      ]),
    ),
    verdict(
      `at most ${String(aims.perStream / 1e3)} KB`,
      `${(gate / 1e3).toFixed(1)} KB`,
      gate <= aims.perStream,
    ),
  ].join('\n\n')
}

const timeTitles = {
  asset: 'small GETs of an asset',
  config: 'small GETs of `/config`',
  call: 'Gradio calls, one after the other',
} as const

function timeTable({ what, requests, parts, threads }: WhereTimeGoes): string {
  const sum = Object.values(parts).reduce((total, one) => total + one, 0)
  const others = Object.entries(threads).filter(([name, time]) => name !== 'MainThread' && time >= 0.05)
  return [
    `### Where the gate's time goes: ${timeTitles[what]} (under the profiler, ${String(requests)} of them)`,
    table(
      ['part', what === 'call' ? 'µs per call' : 'µs per request', '%'],
      Object.entries(parts)
        .filter(([, time]) => time >= 0.05)
        .map(([part, time]) => [part, time.toFixed(2), ((time / sum) * 100).toFixed(1)]),
    ),
    `Other threads: ${others.map(([name, time]) => `${name} ${time.toFixed(2)} µs`).join(', ')}.`,
  ].join('\n\n')
}

function verdict(aim: string, found: string, met: boolean): string {
  return `Aim: ${aim}. Gate: ${found}: ${met ? 'met' : '**missed**'}.`
}

function withInterval({ median, low, high }: Estimate, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}

/** Markdown that can be read as it is. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => (row[at] ?? '').length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
