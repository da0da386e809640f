/**
 * `npm run bench:slow`: 2,000 connections that are held open in every slow way, against a gate in front of a real app, while somebody goes on using it. Prints what became of them, and writes it into docs/bench-slow-clients.md.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { writeResult } from '../scripts/result-page.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { paths } from '../src/contract/contract.ts'
import { readAuditRecords } from '../test/attacks/audit-records.ts'
import { makeCertificate } from '../test/rig/certificate.ts'
import { startCrowd, type CrowdOptions } from '../test/rig/crowd.ts'
import { startHonestUser, type HonestTally } from '../test/rig/honest-user.ts'
import { countSockets } from '../test/rig/open-sockets.ts'
import { startSlowAttack, type SlowWay } from '../test/rig/slow-attack.ts'
import { startTestApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { runAsCommand } from './as-command.ts'
import { measuredOn } from './machine.ts'
import { machineLoad, residentBytes, settledMemory } from './process-cost.ts'

interface Attack {
  readonly what: string
  /** TLS where they are held for long; where it is ten seconds, the handshakes of thousands would take as long. */
  readonly over: 'HTTP' | 'HTTPS'
  /** Lines of the gate's `sekisho.yaml`. */
  readonly config?: string
  /** Resolves when it is over. */
  readonly run: (gate: TestGate, connections: number) => Promise<unknown>
}

const slowly = (what: string, over: Attack['over'], way: SlowWay, seconds: number): Attack => ({
  ...{ what, over },
  run: async ({ url }, connections) => (await startSlowAttack({ url, way, connections, seconds })).done,
})

/** As a browser sends it, which the tool's bodies aren't: those are refused before they are read. */
const signIn = (gate: TestGate) =>
  `POST ${paths.loginStart} HTTP/1.1\r\nHost: 127.0.0.1:${String(gate.port)}\r\nOrigin: ${gate.url}\r\n` +
  'Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"startLoginRequest":"'

/** Without `seconds` until the gate has cut each once; otherwise those that were cut come again. */
async function crowd(options: Omit<CrowdOptions, 'once'>, seconds?: number): Promise<void> {
  const made = startCrowd({ ...options, once: seconds === undefined })
  if (seconds === undefined) while (made.cut < options.connections) await delay(200)
  else await delay(seconds * 1000)
  made.leave()
}

const attacks: readonly Attack[] = [
  slowly('slow header (`-H`)', 'HTTP', 'header', 60),
  slowly('slow body (`-B`)', 'HTTP', 'body', 60),
  {
    ...{ what: 'slow body of a sign-in, as a browser begins it', over: 'HTTP' },
    run: (gate, connections) => crowd({ port: gate.port, connections, beginning: signIn(gate), drip: 'a' }),
  },
  slowly('slow read (`-X`) of the largest file, three times over', 'HTTPS', 'read', 120),
  slowly('many ranges (`-R`)', 'HTTP', 'range', 60),
  {
    ...{ what: 'twice as many as there are places, opened anew when cut', over: 'HTTP' },
    config: 'limits: { connections: 1000 }',
    run: ({ port }, connections) =>
      crowd({ port, connections, beginning: 'GET / HTTP/1.1\r\nX-A: ', drip: 'a' }, 30),
  },
]

interface Result {
  readonly what: string
  readonly over: Attack['over']
  readonly most: number
  readonly left: number
  readonly honest: HonestTally
  readonly memory: { readonly before: number; readonly peak: number; readonly again: number }
  readonly records: number
}

async function measure(attack: Attack, upstream: string, connections: number): Promise<Result> {
  const { args, remove } = await makeCertificate()
  const gate = await startTestGate({
    upstream,
    args: attack.over === 'HTTPS' ? args : [],
    config: attack.config ?? '',
  })
  try {
    const { stdout } = await gate.cli('token', 'create', '--json', '--name', 'honest')
    const { token } = JSON.parse(stdout) as { readonly token: string }
    const { pid } = gate.process
    const honest = { url: gate.url, token, call: { path: '/gradio_api/run/predict', data: ['x'] } }
    // The first requests of a process make it larger, whoever sends them.
    const warmUp = startHonestUser(honest)
    await delay(3_000)
    await warmUp.stop()
    const [before, sockets, records] = [
      await settledMemory([pid]),
      countSockets(pid),
      await countRecords(gate),
    ]
    const user = startHonestUser(honest)
    let [most, peak] = [0, before]
    const watching = setInterval(() => {
      most = Math.max(most, countSockets(pid) - sockets)
      peak = Math.max(peak, residentBytes([pid]))
    }, 100)
    await attack.run(gate, connections)
    clearInterval(watching)
    const tally = await user.stop()
    // The same a second time: what it needs more then would be growing without end.
    await attack.run(gate, connections)
    const again = residentBytes([pid])
    while (countSockets(pid) > sockets + 4) await delay(200)
    return {
      ...{ what: attack.what, over: attack.over, most, honest: tally },
      left: Math.max(0, countSockets(pid) - sockets),
      memory: { before, peak, again },
      records: (await countRecords(gate)) - records,
    }
  } finally {
    await gate.stop()
    await remove()
  }
}

/** Of strangers; what the honest one did is on record too. */
async function countRecords({ home }: TestGate): Promise<number> {
  const records = await readAuditRecords(path.join(home, 'state', 'audit'))
  return records.filter(({ kind, what }) => kind === 'request.refused' || what === 'refused').length
}

async function writeReport(results: readonly Result[], connections: number, load: number): Promise<string> {
  const megabytes = (bytes: number) => Math.round(bytes / 1e6)
  const rows = results.map(({ what, over, most, left, honest, memory, records }) => {
    const { asked, failures, slowestMs } = honest
    const served = `${String(asked - failures.length)} of ${String(asked)}`
    const { before, peak, again } = memory
    return `| ${[what, over, most, served, (slowestMs / 1000).toFixed(1), left, ...[before, peak, again].map(megabytes), records].join(' | ')} |`
  })
  return [
    `${await measuredOn()}, ${String(connections)} connections each. Load average before: ${load.toFixed(1)}.`,
    [
      '| attack | over | held at most | others’ requests served | slowest, s | held after | memory before, MB | at most | after a second time | records |',
      '|---|---|---|---|---|---|---|---|---|---|',
      ...rows,
    ].join('\n'),
  ].join('\n\n')
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { connections: { type: 'string' } } })
  const connections = Number(values.connections ?? 2000)
  if (!Number.isInteger(connections) || connections < 1)
    throw new SetupProblem('--connections takes a number.', 'By default 2000.')
  const load = machineLoad()
  const app = await startTestApp('careless')
  try {
    const results: Result[] = []
    for (const attack of attacks) {
      const result = await measure(attack, app.url, connections)
      process.stderr.write(`${JSON.stringify(result)}\n`)
      results.push(result)
    }
    const report = await writeReport(results, connections, load)
    process.stdout.write(`${report}\n`)
    if (connections >= 2000) await writeResult('docs/bench-slow-clients.md', 'npm run bench:slow', report)
  } finally {
    await app.stop()
  }
}

await runAsCommand(main)
