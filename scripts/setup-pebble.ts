/** Builds Pebble, Let's Encrypt's ACME server for tests, into the cache: `node scripts/setup-pebble.ts`. */
import path from 'node:path'
import { sayOnStderr, type Say } from './progress.ts'
import { setUpGoProgram } from './setup-go.ts'

export interface Pebble {
  /** The CA. */
  readonly pebble: string
  /** The DNS server that it asks. */
  readonly challtestsrv: string
}

const packages = ['pebble', 'pebble-challtestsrv'].map(
  (name) => `github.com/letsencrypt/pebble/v2/cmd/${name}@v2.10.1`,
)

export async function setUpPebble(say: Say = sayOnStderr): Promise<Pebble> {
  const folder = await setUpGoProgram({ name: 'pebble', packages }, say)
  return { pebble: path.join(folder, 'pebble'), challtestsrv: path.join(folder, 'pebble-challtestsrv') }
}

if (import.meta.main) {
  const { pebble, challtestsrv } = await setUpPebble()
  process.stdout.write(`${pebble}\n${challtestsrv}\n`)
}
