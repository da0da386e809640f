/**
 * Files that no output ever gave to anybody: an app that may serve whole folders hands all that lies there to whoever knows
 * or guesses a name. Behind the gate nobody has them, but for folders that the operator shares, and then all who are signed in.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { useApp, useGate, useSession } from './targets.ts'

const root = mkdtempSync(join(tmpdir(), 'sekisho-allowed-'))
const [reports, payroll] = [join(root, 'reports'), join(root, 'reports-payroll')]
for (const folder of [reports, payroll]) {
  mkdirSync(folder)
  writeFileSync(join(folder, 'may.txt'), `what stands in ${folder}`)
}
afterAll(() => rmSync(root, { recursive: true }))

const app = useApp('gives', { env: { GRADIO_ALLOWED_PATHS: `${reports},${payroll}` } })
const gate = useGate(app)
const sharing = useGate(app, { config: { sharedFolders: [reports] } })
const somebody = useSession(gate)
const reader = useSession(sharing)

const read = (url: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(url, `/gradio_api/file=${path}`, { headers })

describe('a file in a folder that the app may serve', () => {
  it('is everybody’s at the app, and nobody’s behind the gate', async () => {
    for (const folder of [reports, payroll]) {
      const path = join(folder, 'may.txt')
      expect((await read(app().url, path)).body).toBe(`what stands in ${folder}`)
      expect((await read(gate().url, path, { cookie: somebody() })).status).toBe(404)
    }
  })

  it('is for all who are signed in where the operator shares the folder, and for no stranger', async () => {
    const path = join(reports, 'may.txt')
    const got = await read(sharing().url, path, { cookie: reader() })
    expect([got.status, got.body]).toEqual([200, `what stands in ${reports}`])
    expect((await read(sharing().url, path)).status).toBe(401)
  })

  it.each([
    ['a folder whose name begins alike', `${payroll}/may.txt`],
    ['the way out of the folder', `${reports}/../reports-payroll/may.txt`],
    ['the way out, encoded', `${reports}/%2e%2e/reports-payroll/may.txt`],
    ['the way out, encoded twice', `${reports}/%252e%252e/reports-payroll/may.txt`],
    ['the way out by an encoded slash', `${reports}/..%2Freports-payroll%2Fmay.txt`],
  ])('is not reached through it by %s', async (_, path) => {
    const { status, body } = await read(sharing().url, path, { cookie: reader() })
    expect([400, 403, 404]).toContain(status)
    expect(body).not.toContain('what stands in')
  })
})
