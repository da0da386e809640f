/** Builds the Compose Specification's own reader, which needs no daemon, into the cache: `node scripts/setup-compose-go.ts`. */
import path from 'node:path'
import { sayOnStderr, type Say } from './progress.ts'
import { setUpGoProgram } from './setup-go.ts'

const packages = ['github.com/compose-spec/compose-go/v2/cmd@v2.16.2']

/** `cmd --format json FILE` prints what Docker Compose would make of a file, or says what is wrong with it. */
export async function setUpComposeGo(say: Say = sayOnStderr): Promise<string> {
  return path.join(await setUpGoProgram({ name: 'compose-go', packages }, say), 'cmd')
}

if (import.meta.main) {
  process.stdout.write(`${await setUpComposeGo()}\n`)
}
