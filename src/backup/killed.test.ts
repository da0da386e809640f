/** kill -9 before every single change that a backup or a restore makes on the disk. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { BackupRig, passphrase, password } from '../../test/rig/backup-rig.ts'
import { openSealed } from '../../test/rig/reseal.ts'
import type { Config } from '../config/config.ts'
import { Secret } from '../kit/secret.ts'

// Some fifty processes each, on machines where two cores serve many.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

const cli = fileURLToPath(new URL('../cli/cli.ts', import.meta.url))
const dying = new URL('../../test/rig/die-at.ts', import.meta.url).href

/** Half of each process's life would be reading the sources anew, and one that is killed keeps no cache of that. */
let compiled: string
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'sekisho-compiled-'))
  const first = await BackupRig.make()
  rig = first
  await first.fill(first.machine('old'))
  await survives(0, first.machine('old'), ['backup', first.path('first.age'), '--with-audit'])
  await survives(0, first.machine('new'), ['restore', first.path('first.age')])
  await first.destroy()
})
afterAll(() => rm(compiled, { recursive: true, force: true }))

let rig: BackupRig
let old: Config
let file: string
beforeEach(async () => {
  rig = await BackupRig.make()
  old = rig.machine('old')
  file = rig.path('sekisho.age')
  await rig.fill(old)
})
afterEach(async () => {
  expect(rig.faults).toEqual([])
  await rig.destroy()
})

/** Runs a command that is killed before its n-th change. True when it came to its end first. */
async function survives(n: number, machine: Config, args: readonly string[]): Promise<boolean> {
  const places = ['--state-dir', machine.stateDir, '--key-file', machine.keyFile, '--passphrase-stdin']
  const child = spawn(process.execPath, ['--import', dying, cli, ...args, ...places], {
    cwd: rig.home,
    env: {
      PATH: process.env['PATH'],
      NODE_NO_WARNINGS: '1',
      NODE_COMPILE_CACHE: compiled,
      SEKISHO_TEST_DIE_AT: String(n),
    },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  child.stdin.on('error', () => undefined).end(passphrase)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal !== 'SIGKILL') expect([code, said]).toEqual([0, expect.anything()])
  return signal !== 'SIGKILL'
}

/** The gate's own way in: finishes what is decided, and knows whether the password is the old one. */
async function opens(machine: Config): Promise<boolean> {
  const state = await rig.parts.openState(machine, 'existing')
  try {
    return await state.matchesPassword(new Secret(password))
  } finally {
    await state.close()
  }
}

const unfinished = (names: readonly string[]) =>
  names.filter((name) => /restoring|backing-up|draft|plan/.test(name))

test('a killed backup leaves no file or a whole one, nothing in clear, and the next one cleans up', async () => {
  let deaths = 0
  await cp(old.stateDir, rig.path('as-it-was'), { recursive: true })
  for (let n = 1; ; n += 1) {
    await rm(file, { force: true })
    // Each that is killed leaves a segment, and the next one would have more to do; what else it left stays.
    for (const name of ['sekisho.db', 'sekisho.db-wal', 'sekisho.db-shm', 'audit'])
      await rm(join(old.stateDir, name), { recursive: true, force: true })
    await cp(rig.path('as-it-was'), old.stateDir, { recursive: true })
    const lived = await survives(n, old, ['backup', file, '--with-audit'])
    if (existsSync(file)) await openSealed(file, passphrase)
    // Readable copies of the database lie in the state folder and nowhere else.
    for (const name of (await readdir(rig.home)).filter((each) => each.endsWith('.draft'))) {
      expect((await readFile(rig.path(name))).includes('SQLite format 3')).toBe(false)
    }
    expect((await rig.verify(old)).findings).toEqual([])
    if (lived) break
    deaths += 1
  }
  expect(deaths).toBeGreaterThan(10)
  expect(unfinished([...(await readdir(rig.home)), ...(await readdir(old.stateDir))])).toEqual([])
  await rig.restore(rig.machine('new'), file)
  expect(await opens(rig.machine('new'))).toBe(true)
})

test('a killed restore on an empty machine leaves nothing or everything', async () => {
  expect(await survives(0, old, ['backup', file, '--with-audit'])).toBe(true)
  const key = await readFile(old.keyFile, 'utf8')
  const outcomes = { nothing: 0, everything: 0 }
  for (let n = 1; ; n += 1) {
    const machine = rig.machine(`new-${n}`)
    const lived = await survives(n, machine, ['restore', file])
    const isDecided = lived || existsSync(join(machine.stateDir, 'restoring', 'plan.json'))
    if (isDecided || existsSync(join(machine.stateDir, 'sekisho.db'))) {
      outcomes.everything += 1
    } else {
      outcomes.nothing += 1
      for (const path of [machine.keyFile, join(machine.stateDir, 'audit')])
        expect(existsSync(path)).toBe(false)
      // As if nothing had been: no --force is needed.
      await rig.restore(machine, file)
    }
    expect(await opens(machine)).toBe(true)
    expect(await readFile(machine.keyFile, 'utf8')).toBe(key)
    const { findings, notes } = await rig.verify(machine)
    expect([findings, notes.map(({ kind }) => kind)]).toEqual([[], ['state-restored']])
    expect(unfinished(await rig.files(`new-${n}`))).toEqual([])
    await rm(rig.path(`new-${n}`), { recursive: true })
    if (lived) break
  }
  expect(outcomes.nothing).toBeGreaterThan(10)
  expect(outcomes.everything).toBeGreaterThan(5)
})

test('a killed restore over another state leaves the one or the other, whole', async () => {
  expect(await survives(0, old, ['backup', file])).toBe(true)
  const standing = rig.machine('standing')
  await rig.inState(standing, async (state) => void (await (await state.openAudit()).close()))
  const theirs = await readFile(standing.keyFile, 'utf8')
  const outcomes = { before: 0, after: 0 }
  for (let n = 1; ; n += 1) {
    const machine = rig.machine(`copy-${n}`)
    await mkdir(rig.path(`copy-${n}`))
    await cp(rig.path('standing'), rig.path(`copy-${n}`), { recursive: true })
    const lived = await survives(n, machine, ['restore', file, '--force'])
    // Their state has no password at all.
    const isOurs = await opens(machine)
    outcomes[isOurs ? 'after' : 'before'] += 1
    expect((await readFile(machine.keyFile, 'utf8')) === theirs).toBe(!isOurs)
    expect((await rig.verify(machine)).findings).toEqual([])
    if (isOurs) {
      const aside = (await readdir(machine.stateDir)).find((name) => name.startsWith('before-restore-')) ?? ''
      expect((await readdir(join(machine.stateDir, aside))).sort()).toEqual(['audit', 'sekisho.db'])
      const put = rig.machine(`back-${n}`)
      await cp(join(machine.stateDir, aside), put.stateDir, { recursive: true })
      await mkdir(rig.path(`back-${n}`, 'key'))
      await copyFile(`${machine.keyFile}.${aside}`, put.keyFile)
      // What was moved aside is still a whole state.
      expect((await rig.verify(put)).findings).toEqual([])
    }
    await rm(rig.path(`copy-${n}`), { recursive: true })
    if (lived) break
  }
  expect(outcomes.before).toBeGreaterThan(10)
  expect(outcomes.after).toBeGreaterThan(5)
})
