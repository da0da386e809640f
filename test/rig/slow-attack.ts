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
export async function largestAsset(): Promise<string> {
  const names = (await readdir(assets)).filter((name) => name.endsWith('.js'))
  const sizes = await Promise.all(
    names.map(async (name) => ({ name, size: (await stat(path.join(assets, name))).size })),
  )
  const [largest] = sizes.sort((a, b) => b.size - a.size)
  if (largest === undefined) throw new Error('The pages of the gate were not built.')
  return `/.sekisho/assets/${largest.name}`
}

/** slowhttptest(1). */
async function optionsOf({ way, target, seconds }: SlowAttackOptions): Promise<readonly string[]> {
  const at = async (otherwise: string | Promise<string>) => target ?? (await otherwise)
  switch (way) {
    // A field of some bytes every three seconds.
    case 'header':
      return ['-H', '-i', '3', '-x', '24', '-u', await at(paths.login)]
    case 'body':
      return [
        '-B',
        '-i',
        '3',
        '-x',
        '10',
        '-s',
        '4096',
        '-f',
        'application/json',
        '-u',
        await at(paths.loginStart),
      ]
    // A window of some hundred bytes, of which 32 are taken every five seconds; asked for three times over.
    case 'read':
      return [
        '-X',
        '-w',
        '256',
        '-y',
        '512',
        '-n',
        '5',
        '-z',
        '32',
        '-k',
        '3',
        '-u',
        await at(largestAsset()),
      ]
    // A thousand ranges of a file in one header, then nothing is read.
    case 'range':
      return [
        '-R',
        '-t',
        'GET',
        '-a',
        '5',
        '-b',
        '1000',
        '-i',
        String(seconds),
        '-u',
        await at(largestAsset()),
      ]
    default:
      return way satisfies never
  }
}

export interface SlowAttack {
  /** Resolves when it has no connection left, or its time is over. What it doesn't read it can't know: that it was hung up on. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

export async function startSlowAttack(options: SlowAttackOptions): Promise<SlowAttack> {
  const command = await setUpSlowhttptest()
  const given = await optionsOf(options)
  const { connections, seconds, url } = options
  const attack = startProcessGroup({
    command,
    args: [
      ...given.slice(0, -1),
      `${url}${given.at(-1) ?? '/'}`,
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
