/**
 * `npm run bench:enumeration`: does the time of an answer tell whether a name exists? Kinds of names in turn, each at its
 * best for the attacker: no pace, no records of strangers, one warm connection. Prints the result and writes it into
 * docs/bench-enumeration.md.
 */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { client, ready } from '@serenity-kit/opaque'
import { startGate } from '../scripts/gate-process.ts'
import { writeResult } from '../scripts/result-page.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { paths, type LoginStarted } from '../src/contract/contract.ts'
import { systemClock } from '../src/kit/clock.ts'
import { UserMaker } from '../test/rig/user-maker.ts'
import { runAsCommand } from './as-command.ts'
import { startHelper } from './helper.ts'
import { measuredOn } from './machine.ts'
import { openHome } from './open-home.ts'
import { machineLoad } from './process-cost.ts'
import type { SmallAppCalls } from './small-app.ts'
import { estimate, separation } from './statistics.ts'

/** Names of one length; `known`, twice, shows how far apart two of a kind are by chance. */
const kinds = [
  { what: 'known, wrong password', name: 'amy' },
  { what: 'known, wrong password (another)', name: 'bob' },
  { what: 'unknown', name: 'eve' },
  { what: 'disabled', name: 'dan' },
  { what: 'invited, not yet joined', name: 'jim' },
  { what: 'known, right password, abandoned', name: 'kim' },
] as const

const password = 'a lighthouse for everybody'
const wrong = 'a wrong guess of a stranger'

interface Times {
  readonly start: number[]
  /** Empty for the login that is abandoned. */
  readonly finish: number[]
}

/** `sekisho.yaml`: what would hide a difference from a fast attacker is off. */
const config = `
pace:
  address: 900000, then 1 per 1ms
  everyone: 900000, then 1 per 1ms
audit:
  stranger_records_per_hour: 0
`

async function measure(rounds: number): Promise<ReadonlyMap<string, Times>> {
  await ready
  const app = startHelper<SmallAppCalls>('small-app.ts')
  const home = await mkdtemp(path.join(tmpdir(), 'sekisho-enumeration-'))
  try {
    const upstream = `http://127.0.0.1:${String(await app.call('listen', undefined))}`
    await writeFile(path.join(home, 'sekisho.yaml'), `upstream: ${upstream}\n${config}`)
    const state = await openHome(home, upstream)
    try {
      await addNames(new UserMaker({ ...state, clock: systemClock }))
      const gate = await startGate({ upstream, home })
      try {
        const clear = async () => {
          for (const { name } of kinds) await state.store.failures.clear(`user:${name}`)
        }
        return await ask(gate.url, rounds, clear)
      } finally {
        await gate.stop()
      }
    } finally {
      await state.close()
    }
  } finally {
    await app.stop()
    await rm(home, { recursive: true, force: true })
  }
}

async function addNames(users: UserMaker): Promise<void> {
  await users.add('amy', password)
  await users.add('bob', password)
  await users.add('kim', password)
  await users.operator.disable(await users.add('dan', password))
  await users.invite(await users.add('jim'))
}

async function ask(
  url: string,
  rounds: number,
  clear: () => Promise<void>,
): Promise<ReadonlyMap<string, Times>> {
  const times = new Map<string, Times>(kinds.map(({ what }) => [what, { start: [], finish: [] }]))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const warmUp = Math.ceil(rounds / 8)
  for (let round = -warmUp; round < rounds; round++) {
    // Each begins with a clean count; in an order of chance, so that none comes after the same more often than the others.
    await clear()
    for (const { what, name } of shuffle(kinds)) {
      const abandoned = what.endsWith('abandoned')
      const { startLoginRequest } = client.startLogin({ password: abandoned ? password : wrong })
      const start = await send(url, agent, paths.loginStart, { startLoginRequest, username: name })
      if (start.status !== 200)
        throw new SetupProblem(`The gate answered ${String(start.status)}.`, start.text)
      if (round >= 0) times.get(what)?.start.push(start.ms)
      if (abandoned) continue
      const { state } = JSON.parse(start.text) as LoginStarted
      const finishLoginRequest = Buffer.alloc(64, round & 0xff).toString('base64url')
      const finish = await send(url, agent, paths.loginFinish, { finishLoginRequest, state })
      if (finish.status !== 401)
        throw new SetupProblem(`The gate answered ${String(finish.status)}.`, finish.text)
      if (round >= 0) times.get(what)?.finish.push(finish.ms)
    }
  }
  agent.destroy()
  return times
}

/** Every order equally often (Fisher and Yates). */
function shuffle<Item>(items: readonly Item[]): readonly Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(randomInt(left.length), 1))
}

interface Sent {
  readonly status: number
  readonly text: string
  readonly ms: number
}

function send(url: string, agent: Agent, target: string, body: unknown): Promise<Sent> {
  const bytes = Buffer.from(JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const sent = request(new URL(target, url), {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': bytes.length, origin: url },
    })
    const begun = performance.now()
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const ms = performance.now() - begun
      answer.setEncoding('utf8')
      let text = ''
      answer.on('data', (piece: string) => (text += piece))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, ms }))
    })
    sent.end(bytes)
  })
}

async function writeReport(times: ReadonlyMap<string, Times>, load: number): Promise<string> {
  const [first] = kinds
  const rows = (step: keyof Times) =>
    kinds
      .filter(({ what }) => (times.get(what)?.[step].length ?? 0) > 0)
      .map(({ what }) => {
        const values = times.get(what)?.[step] ?? []
        const { median, low, high } = estimate(values)
        const middle = `${median.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`
        if (what === first.what) return `| ${what} | ${String(values.length)} | ${middle} | – | – |`
        const { auc, error } = separation(times.get(first.what)?.[step] ?? [], values)
        const span = `${(auc - 1.96 * error).toFixed(3)}–${(auc + 1.96 * error).toFixed(3)}`
        const off = ((auc - 0.5) / error).toFixed(1)
        return `| ${what} | ${String(values.length)} | ${middle} | ${auc.toFixed(3)} (${span}) | ${off} |`
      })
  const head = [
    '| name | tries | median, ms | AUC to the first row | standard errors off 0.5 |',
    '|---|---|---|---|---|',
  ]
  return [
    `${await measuredOn()}. Load average before: ${load.toFixed(1)}.`,
    ['**First message** (`login/start`)', '', ...head, ...rows('start')].join('\n'),
    ['**Second message** (`login/finish`), with a proof of nothing', '', ...head, ...rows('finish')].join(
      '\n',
    ),
  ].join('\n\n')
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
  const rounds = Number(values.rounds ?? 1000)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new SetupProblem('--rounds takes a number.', 'By default 1000.')
  const load = machineLoad()
  const report = await writeReport(await measure(rounds), load)
  process.stdout.write(`${report}\n`)
  // Fewer tries show less, so they are printed only.
  if (rounds >= 300) await writeResult('docs/bench-enumeration.md', 'npm run bench:enumeration', report)
}

await runAsCommand(main)
