/** slowhttptest against a server: connections that are held open in one of its four ways. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { startProcessGroup } from '../../scripts/process-group.ts'
import { setUpSlowhttptest } from '../../scripts/setup-slowhttptest.ts'
import { paths } from '../../src/contract/contract.ts'

export interface SlowAttackOptions {
  readonly url: string
  readonly connections: number
  /** It gives up then, if it still has connections. */
  readonly seconds: number
  readonly way: SlowWay
  /** What is asked for; by default what suits the way, of a gate. */
  readonly target?: string
}

export type SlowWay = 'header' | 'body' | 'read' | 'range'

const assets = path.resolve(import.meta.dirname, '../../dist/web/assets')

/** What is largest of all that the gate gives to anybody. */
async function largestAsset(): Promise<string> {
  const names = (await readdir(assets)).filter((name) => name.endsWith('.js'))
  const sizes = await Promise.all(
    names.map(async (name) => ({ name, size: (await stat(path.join(assets, name))).size })),
  )
  const [largest] = sizes.sort((a, b) => b.size - a.size)
  if (largest === undefined) throw new Error('The pages of the gate were not built.')
  return `/.sekisho/assets/${largest.name}`
}

/** Options of slowhttptest(1), and what is asked for at a gate: what suits them. */
function waysFor(
  seconds: number,
): Readonly<Record<SlowWay, readonly [options: string, target: () => string | Promise<string>]>> {
  return {
    // A field of some bytes every three seconds.
    header: ['-H -i 3 -x 24', () => paths.login],
    body: ['-B -i 3 -x 10 -s 4096 -f application/json', () => paths.loginStart],
    // A window of some hundred bytes, of which 32 are taken every five seconds; asked for three times over.
    read: ['-X -w 256 -y 512 -n 5 -z 32 -k 3', largestAsset],
    // A thousand ranges of a file in one header, then nothing is read.
    range: [`-R -t GET -a 5 -b 1000 -i ${String(seconds)}`, largestAsset],
  }
}

export interface SlowAttack {
  /** Resolves when it has no connection left, or its time is over. What it doesn't read it can't know: that it was hung up on. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

export async function startSlowAttack(options: SlowAttackOptions): Promise<SlowAttack> {
  const command = await setUpSlowhttptest()
  const { url, connections, seconds, way } = options
  const [how, suits] = waysFor(seconds)[way]
  const target = options.target ?? (await suits())
  const attack = startProcessGroup({
    command,
    args: [
      ...how.split(' '),
      ...['-u', `${url}${target}`],
      ...['-c', String(connections), '-l', String(seconds), '-v', '1'],
      // All of them within a few seconds.
      ...['-r', String(Math.ceil(connections / 4))],
    ],
  })
  return {
    done: attack.exited.then(() => undefined),
    stop: () => attack.stop(),
  }
}
