/** Builds h2spec, which tests conformance to HTTP/2: `node scripts/setup-h2spec.ts`. */
import path from 'node:path'
import { sayOnStderr, type Say } from './progress.ts'
import { setUpGoProgram } from './setup-go.ts'

/** The newest that Go installs: later tags lack the path that Go's modules want. */
const packages = ['github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible']

/** Answers the program's path. */
export async function setUpH2spec(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_H2SPEC']
  if (own !== undefined && own !== '') return own
  return path.join(await setUpGoProgram({ name: 'h2spec', packages }, say), 'h2spec')
}

if (import.meta.main) process.stdout.write(`${await setUpH2spec()}\n`)
