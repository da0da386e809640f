/** Processor time of the gate's process for a small call of a program: plain, and signed with a key of each kind, in turn. */
import { Pool } from 'undici'
import { startGate } from '../../scripts/gate-process.ts'
import { challengeField, parseChallenge, type Challenge } from '../../src/contract/proof.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { makeProofSeal } from '../../src/login/proof-seal.ts'
import type { ApiTokenName } from '../../src/tokens/token-name.ts'
import { TokenRegister } from '../../src/tokens/token-register.ts'
import { aimOf, type Costs } from '../costs.ts'
import { openHome } from '../open-home.ts'
import { cpuTime } from '../process-cost.ts'
import { estimate, median } from '../statistics.ts'
import { makeProgram, signMany, type Program } from './program.ts'
import { withSmallApp, type Before } from './with-small-app.ts'

const kinds = ['plain', 'ecdsa-p256-sha256', 'hmac-sha256'] as const
type Kind = (typeof kinds)[number]

const target = '/gradio_api/run/predict'
const body = '{"data":["what a person types into a box"]}'
const connections = 8
/** So much more at most. */
const aimMicros = 130
const warmUp = 3

export interface Amount {
  readonly rounds: number
  /** Of each kind in each round. */
  readonly requests: number
}

interface Caller {
  readonly token: string
  readonly program?: Program
}

export async function measureWholeRequests(costs: Costs, amount: Amount): Promise<void> {
  await withSmallApp('', async (before) => {
    const callers = await makeCallers(before)
    const gate = await startGate({
      ...{ ...before, env: { NODE_OPTIONS: '--max-semi-space-size=8' } },
      password: 'a lighthouse for everybody',
    })
    try {
      const spent = await ask(gate.url, gate.process.pid, callers, amount)
      tell(costs, spent)
    } finally {
      await gate.stop()
    }
  })
}

/** Three tokens of nobody's in the state that the gate then starts with. */
async function makeCallers({ upstream, home }: Before): Promise<Readonly<Record<Kind, Caller>>> {
  const state = await openHome(home, upstream)
  try {
    const register = new TokenRegister({
      store: state.store,
      clock: systemClock,
      audit: { write: () => Promise.resolve() },
    })
    const seal = makeProofSeal(state.keys, state.instance)
    const make = async (kind: Kind): Promise<Caller> => {
      const program = kind === 'plain' ? undefined : makeProgram(kind, seal)
      const created = await register.create({
        name: kind as string as ApiTokenName,
        ...(program && { proofKey: program.row }),
      })
      if (created === undefined) throw new TypeError('the names differ')
      return { token: created.text.reveal(), ...(program && { program }) }
    }
    return {
      plain: await make('plain'),
      'ecdsa-p256-sha256': await make('ecdsa-p256-sha256'),
      'hmac-sha256': await make('hmac-sha256'),
    }
  } finally {
    await state.close()
  }
}

/** Microseconds a request of each kind, round by round. */
async function ask(
  url: string,
  pid: number,
  callers: Readonly<Record<Kind, Caller>>,
  { rounds, requests }: Amount,
): Promise<Readonly<Record<Kind, readonly number[]>>> {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const spent = { plain: [] as number[], 'ecdsa-p256-sha256': [] as number[], 'hmac-sha256': [] as number[] }
  try {
    for (let round = -warmUp; round < rounds; round++) {
      for (const kind of kinds) {
        const fields = await prepare(pool, url, callers[kind], requests)
        const before = cpuTime([pid])
        await sendAll(pool, callers[kind].token, fields)
        const each = (cpuTime([pid]) - before) / requests
        if (round >= 0) spent[kind].push(each)
      }
    }
  } finally {
    await pool.close()
  }
  return spent
}

async function prepare(
  pool: Pool,
  origin: string,
  { token, program }: Caller,
  count: number,
): Promise<readonly Readonly<Record<string, string>>[]> {
  if (program === undefined) return Array.from({ length: count }, () => ({}))
  const challenge = await askChallenge(pool, token)
  return signMany(program, { challenge, origin, path: target, body, count })
}

async function askChallenge(pool: Pool, token: string): Promise<Challenge> {
  const answer = await pool.request({
    method: 'GET',
    path: '/config',
    headers: { authorization: `Bearer ${token}` },
  })
  await answer.body.dump()
  const challenge = parseChallenge(String(answer.headers[challengeField]))
  if (challenge === undefined)
    throw new TypeError(`The gate answered ${String(answer.statusCode)} and no challenge.`)
  return challenge
}

async function sendAll(
  pool: Pool,
  token: string,
  fields: readonly Readonly<Record<string, string>>[],
): Promise<void> {
  let next = 0
  const one = async () => {
    for (let signed = fields[next++]; signed !== undefined; signed = fields[next++]) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...signed }
      const answer = await pool.request({ method: 'POST', path: target, headers, body })
      await answer.body.dump()
      if (answer.statusCode !== 200) throw new TypeError(`The gate answered ${String(answer.statusCode)}.`)
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
}

function tell(costs: Costs, spent: Readonly<Record<Kind, readonly number[]>>): void {
  costs.say('a call, plain', `${median(spent.plain).toFixed(0)} µs`)
  for (const kind of kinds) {
    if (kind === 'plain') continue
    // Round by round, so that what slows both down falls out.
    const more = estimate(spent[kind].map((each, at) => each - (spent.plain[at] ?? Number.NaN)))
    const ratio = median(spent[kind].map((each, at) => each / (spent.plain[at] ?? Number.NaN)))
    costs.say(
      `a call, signed: ${kind}`,
      `${median(spent[kind]).toFixed(0)} µs: ${more.median.toFixed(0)} µs more (${more.low.toFixed(0)}–${more.high.toFixed(0)}), ${ratio.toFixed(2)} times; ${aimOf(more.median <= aimMicros)}`,
    )
  }
}
