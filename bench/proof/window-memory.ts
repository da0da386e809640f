/** What it takes to remember which counters were used: memory of this process before and after, all garbage collected. */
import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { proofFields, proofLabel, signatureParameters } from '../../src/contract/proof.ts'
import { parseProof } from '../../src/proof/parse-proof.ts'
import { mostOfAll, Windows } from '../../src/proof/windows.ts'
import type { Costs } from '../costs.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function used(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export async function measureWindowMemory(costs: Costs): Promise<void> {
  const sessions = 100_000
  const bytes = measure(sessions, sessions)
  say(costs, `windows of ${figure(sessions)} sessions, one page each`, bytes, sessions)
  const crowd = Math.ceil(mostOfAll * 1.2)
  const most = measure(crowd, mostOfAll)
  say(
    costs,
    `the most there is: ${figure(mostOfAll)} windows, after ${figure(crowd)} sessions`,
    most,
    mostOfAll,
  )
  return Promise.resolve()
}

/** Of sessions with one page each, which take more than as many pages of fewer sessions. */
function measure(owners: number, kept: number): number {
  const before = used()
  const windows = new Windows()
  for (let owner = 0; owner < owners; owner++)
    windows.take({ owner: randomBytes(9).toString('base64url'), ...readUse(), epochAt: 0 }, 0)
  const taken = used() - before
  const { instances } = windows.size
  if (instances !== kept) throw new TypeError(`There are ${String(instances)} windows, not ${String(kept)}.`)
  return taken
}

/** Out of fields, as the gate gets it: what is cut out of a long text may keep the whole of it. */
function readUse() {
  const [epoch, instance] = [randomBytes(40).toString('base64url'), randomBytes(12).toString('base64url')]
  const said = { created: 1_700_000_000, epoch, instance, counter: 1, keyid }
  const read = parseProof({
    [proofFields.input]: asReceived(`${proofLabel}=${signatureParameters(undefined, said)}`),
    [proofFields.signature]: `${proofLabel}=:AAAA:`,
  })
  if (read.kind !== 'claimed') throw new TypeError('the gate reads what its profile writes')
  return { instance: read.proof.instance, counter: read.proof.counter }
}

const keyid = randomBytes(32).toString('base64url')

/** In one piece. */
function asReceived(field: string): string {
  return Buffer.from(field, 'latin1').toString('latin1')
}

function figure(count: number): string {
  return count.toLocaleString('en')
}

function say(costs: Costs, what: string, bytes: number, windows: number): void {
  costs.say(what, `${(bytes / 1e6).toFixed(1)} MB, ${(bytes / windows).toFixed(0)} bytes a window`)
}
