/** The tool that everybody uses: sqlmap against a function that builds its query from a text box, gate off and gate on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../scripts/run-command.ts'
import { setUpGradio } from '../../scripts/setup-gradio.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { callFunction } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('careless')
const gate = useGate(app, {
  // The tool signs nothing: it would fail at that, and show nothing of the inputs.
  config: readConfigText(
    'proof: { calls: optional }\ninputs: { lookup: { query: { pattern: "[\\\\p{L}\\\\p{N} -]{1,64}" } } }',
  ),
})
const cookie = useSession(gate, { keyless: true })
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sqlmap-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function runSqlmap(url: string, headers: readonly string[] = []): Promise<string> {
  const { python, env } = await setUpGradio('rig')
  const target = ['-u', `${url}/gradio_api/run/lookup`, '--data', '{"data":["lamp*"]}']
  const sent = ['--headers', ['Content-Type: application/json', ...headers].join('\n')]
  const wanted = ['--dbms', 'sqlite', '--technique', 'BEU', '-T', 'wages', '--dump']
  const quiet = ['--batch', '--flush-session', '--disable-coloring', '--output-dir', folder]
  const { stdout, stderr } = await runCommand(
    python,
    ['-m', 'sqlmap.sqlmap', ...target, ...sent, ...wanted, ...quiet],
    { env: { ...process.env, ...env, XDG_DATA_HOME: folder } },
  )
  return `${stdout}\n${stderr}`
}

describe('sqlmap', () => {
  it('succeeds on the bare app: dumps a table that the function was never meant to show', async () => {
    expect(await runSqlmap(app().url)).toMatch(/alice \| 4711/)
  })

  it('is blocked by the gate, with the session of somebody who may call the function', async () => {
    const text = await runSqlmap(gate().url, [`Cookie: ${cookie()}`])
    expect(text).not.toContain('4711')
    expect(text).toMatch(/do(?:es)? not (?:seem to be|appear to be) injectable/)
    const result = await callFunction(gate().url, 'lookup', ['lamp'], { headers: { cookie: cookie() } })
    expect(result).toEqual(['lamp 20'])
  })
})
