/**
 * The story: a file that one app keeps is asked for at another door: at the dashboard of statistics, which is an app of its
 * own inside the app and knows no login, or at a neighbouring app that keeps its files in the same folder.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { uploadFile } from '../rig/use-app.ts'
import { gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth, useGate, useSession } from './targets.ts'

type Headers = Readonly<Record<string, string>>
const api = '/gradio_api'
const secret = 'the wage of Alice'
const read = async (url: string, at: string, headers: Headers = {}) => (await ask(url, at, { headers })).body

describe('read a file at the dashboard of statistics', () => {
  const bare = useApp('careless')
  const withAuth = useAppWithAuth()
  const gate = useGate(bare)
  const alice = useSession(gate)
  const bob = useSession(gate)

  /** Who asks for it has its key printed on the app's console; whoever brings the key has it opened. */
  async function dashboardOf(app: ReturnType<typeof bare>, headers: Headers = {}): Promise<string> {
    const told = () => /monitoring\/([\w-]{20,})/.exec(app.process.output())?.[1] ?? ''
    await ask(app.url, '/monitoring', { headers })
    await expect.poll(told).not.toBe('')
    await ask(app.url, `/monitoring/${told()}`)
    return `/monitoring/${told()}/dashboard${api}/file=`
  }

  it('succeeds on the bare app', async () => {
    const file = await uploadFile(bare().url, 'wage.txt', secret)
    expect(await read(bare().url, `${await dashboardOf(bare())}${file}`)).toBe(secret)
  })

  it('succeeds on auth=, without login', async () => {
    const knock = await gradioDoor(withAuth().url).knock({ user: 'admin', password: 'password' })
    const admin = { cookie: knock.kind === 'in' ? knock.cookie : '' }
    const file = await uploadFile(withAuth().url, 'wage.txt', secret, admin)
    const dashboard = await dashboardOf(withAuth(), admin)
    expect(await read(withAuth().url, `${api}/file=${file}`)).not.toBe(secret)
    expect(await read(withAuth().url, `${dashboard}${file}`)).toBe(secret)
  })

  it('is blocked by the gate, for everybody; the owner still reads it where it belongs', async () => {
    const file = await uploadFile(gate().url, 'wage.txt', secret, { cookie: alice() })
    const dashboard = await dashboardOf(bare())
    for (const cookie of [alice(), bob(), ''])
      expect(await read(gate().url, `${dashboard}${file}`, { cookie })).not.toContain(secret)
    expect(await read(gate().url, `${api}/file=${file}`, { cookie: alice() })).toBe(secret)
  })
})

describe('read a file that another app keeps in the same folder', () => {
  const shared = path.join(tmpdir(), `sekisho-shared-${randomUUID()}`)
  beforeAll(() => mkdir(shared))
  afterAll(() => rm(shared, { recursive: true, force: true }))
  const env = { GRADIO_TEMP_DIR: shared }
  const one = useApp('neighbours', { env })
  const other = useApp('gives', { env })
  const gateOfOne = useGate(one)
  const alice = useSession(gateOfOne)
  const gateOfOther = useGate(other)
  const bob = useSession(gateOfOther)

  it('succeeds on the bare app', async () => {
    const file = await uploadFile(one().url, 'wage.txt', secret)
    expect(await read(other().url, `${api}/file=${file}`)).toBe(secret)
  })

  it('is blocked by the gate before the other app; the owner still reads it at the first', async () => {
    const file = await uploadFile(gateOfOne().url, 'wage.txt', secret, { cookie: alice() })
    expect(await read(gateOfOther().url, `${api}/file=${file}`, { cookie: bob() })).not.toBe(secret)
    expect(await read(gateOfOne().url, `${api}/file=${file}`, { cookie: alice() })).toBe(secret)
  })
})
