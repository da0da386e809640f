/** What is seen of a real gate's state, and that looking leaves every byte of it as it was. */
import { X509Certificate, createHash } from 'node:crypto'
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generate } from 'selfsigned'
import { openState, type State, type Surroundings } from '../build.ts'
import type { Config } from '../config/config.ts'
import { makeConfig } from '../config/make-config.ts'
import { makeKeyRing } from '../login/key.ts'
import { registerPassword } from '../login/register.ts'
import { migrations } from '../store/migrations/index.ts'
import { readSqliteStore } from '../store/engines/sqlite/read-only.ts'
import type { ApiTokenHash, ApiTokenId } from '../store/rows.ts'
import { DatabaseSync } from 'node:sqlite'
import { checks } from './checks/index.ts'
import { lookAtGate, type GateLooking } from './look-at-gate.ts'

const now = Date.UTC(2026, 10, 22)
const day = 86_400_000
const faults: unknown[] = []
const around: Surroundings = {
  env: {},
  clock: { now: () => now },
  onFault: (fault) => void faults.push(fault),
}
const good = 'seven quiet lamps by the river'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-check-'))
})
afterEach(async () => {
  await rm(home, { recursive: true })
  expect(faults.splice(0)).toEqual([])
})

const configOf = (yaml = '') =>
  makeConfig(
    { text: `upstream: http://127.0.0.1:7999\n${yaml}`, file: join(home, 'sekisho.yaml') },
    {},
    { cwd: home, home, env: {} },
  )

function look(config: Config, given: Partial<GateLooking> = {}) {
  return lookAtGate(config, {
    configText: { path: join(home, 'sekisho.yaml'), text: '' },
    env: {},
    appClock: undefined,
    openReadOnly: (file) => readSqliteStore({ file }),
    now: () => Date.now(),
    ...given,
  })
}

async function findingsOf(config: Config, given: Partial<GateLooking> = {}): Promise<readonly string[]> {
  const seen = await look(config, given)
  return checks.flatMap((check) =>
    check.about === 'gate' && check.find(seen).kind === 'found' ? [check.id] : [],
  )
}

/** A gate that has run: a password, a record in the log. */
async function makeGate(config: Config, more: (state: State) => Promise<void> = async () => undefined) {
  const state = await openState(config, around)
  const { keys, instance, store } = state
  const stretching = { memory: 64 * 1024, iterations: 3, parallelism: 1 }
  await store.passwords.set(await registerPassword(good, { keys, instance, now, stretching }))
  const audit = await state.openAudit()
  await audit.write({ kind: 'gate.stopped' })
  await audit.close()
  await more(state)
  await state.close()
}

/** Name, mode, time and content of everything. */
async function snapshot(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  const lines = names.map(async (name) => {
    const found = await stat(join(folder, name))
    const content = found.isFile()
      ? createHash('sha256')
          .update(await readFile(join(folder, name)))
          .digest('hex')
      : ''
    return [name, found.mode, found.mtimeMs, content].join(' ')
  })
  return (await Promise.all(lines)).sort()
}

describe('a gate in good order', () => {
  it('has no finding, and its ways in are listed', async () => {
    const config = configOf()
    await makeGate(config)
    expect(await findingsOf(config)).toEqual([])
    const { waysIn, state, audit } = await look(config)
    expect(waysIn.map(({ way }) => way)).toEqual([
      'browsers at 127.0.0.1:8484',
      'login: the shared password',
      'whoever may write to the gate’s files',
    ])
    expect(state).toMatchObject({ kind: 'read', key: 'fits' })
    expect(audit).toMatchObject({ kind: 'read', verification: { findings: [] } })
  })

  it('listens where nobody knows when only its command line says so', async () => {
    const { waysIn } = await look(configOf(), { configText: undefined })
    expect(waysIn.map(({ way, strength }) => `${way}: ${strength}`)).toEqual([
      'browsers: fair',
      'whoever may write to the gate’s files: fair',
    ])
  })

  it('is as it was afterwards', async () => {
    const config = configOf()
    await makeGate(config)
    const before = await snapshot(home)
    await look(config)
    expect(await snapshot(home)).toEqual(before)
  })

  it('can be looked at while it runs', async () => {
    const config = configOf()
    await makeGate(config)
    const running = await openState(config, around)
    const audit = await running.openAudit()
    await audit.write({ kind: 'gate.stopped' })
    expect(await findingsOf(config)).toEqual([])
    await audit.close()
    await running.close()
  })

  it('is not made where none has run', async () => {
    const config = configOf()
    expect(await findingsOf(config)).toEqual([])
    expect((await look(config)).state).toEqual({ kind: 'absent' })
    expect(await readdir(home)).toEqual([])
  })
})

describe('what is wrong with the state', () => {
  it('(another key) is found, and nothing more is believed', async () => {
    const config = configOf()
    await makeGate(config)
    await writeFile(config.keyFile, `${(await makeKeyRing()).line().reveal()}\n`)
    expect(await findingsOf(config)).toEqual(['gate-key'])
    expect((await look(config)).audit.kind).toBe('unseen')
  })

  it('(no key) is found, and none is made', async () => {
    const config = configOf()
    await makeGate(config)
    await rm(config.keyFile)
    expect(await findingsOf(config)).toEqual(['gate-key'])
    await expect(stat(config.keyFile)).rejects.toThrow('ENOENT')
  })

  it('(a key in the environment) is found, and the key is not told', async () => {
    const config = configOf()
    await makeGate(config)
    const key = (await readFile(config.keyFile, 'utf8')).trim()
    expect(await findingsOf(config, { env: { SEKISHO_KEY: key } })).toEqual(['gate-key-in-environment'])
    expect(JSON.stringify(await look(config, { env: { SEKISHO_KEY: key } }))).not.toContain(key.slice(20, 40))
  })

  it('(an open database, log, key and configuration) is found by name', async () => {
    const config = configOf()
    await makeGate(config)
    const configText = { path: join(home, 'sekisho.yaml'), text: 'upstream: http://127.0.0.1:7999\n' }
    await writeFile(configText.path, configText.text)
    const audit = join(config.stateDir, 'audit')
    const [segment = ''] = await readdir(audit)
    for (const [path, mode] of [
      [config.stateDir, 0o711],
      [join(config.stateDir, 'sekisho.db'), 0o644],
      [join(audit, segment), 0o640],
      [config.keyFile, 0o604],
      [configText.path, 0o666],
    ] as const)
      await chmod(path, mode)
    const modes = checks.find(({ id }) => id === 'gate-file-modes')
    const seen = await look(config, { configText })
    const outcome = modes?.about === 'gate' ? modes.find(seen) : undefined
    expect(outcome).toMatchObject({
      kind: 'found',
      at: [
        `the state folder: ${config.stateDir} (mode 0711)`,
        `the database: ${join(config.stateDir, 'sekisho.db')} (mode 0644)`,
        `the set-up key: ${config.keyFile} (mode 0604)`,
        `the configuration: ${configText.path} (mode 0666)`,
        `the audit log: ${join(audit, segment)} (mode 0640)`,
      ],
    })
  })

  it('(a changed record) is found in the log', async () => {
    const config = configOf()
    await makeGate(config)
    const audit = join(config.stateDir, 'audit')
    const [segment = ''] = await readdir(audit)
    const text = await readFile(join(audit, segment), 'utf8')
    await writeFile(join(audit, segment), text.replace('gate.stopped', 'gate.started'))
    expect(await findingsOf(config)).toEqual(['gate-audit-log'])
  })

  it('(an older database) is said to be one, and stays old', async () => {
    const config = configOf()
    await makeGate(config)
    const file = join(config.stateDir, 'sekisho.db')
    const database = new DatabaseSync(file)
    database.exec(`pragma user_version = ${String(migrations.length - 1)}`)
    database.close()
    const before = await snapshot(home)
    expect(await findingsOf(config)).toEqual(['gate-database'])
    expect(await snapshot(home)).toEqual(before)
  })

  it('(a damaged database) is found', async () => {
    const config = configOf()
    await makeGate(config)
    await writeFile(join(config.stateDir, 'sekisho.db'), 'no database at all, but long enough to look at')
    expect(await findingsOf(config)).toEqual(['gate-database'])
  })

  it('(tokens without end, weak stretching) is found by name', async () => {
    const config = configOf()
    await makeGate(config, async ({ store, keys, instance }) => {
      const stretching = { memory: 1024, iterations: 1, parallelism: 1 }
      await store.passwords.set(await registerPassword(good, { keys, instance, now, stretching }))
      await store.tokens.insert({
        id: 'tok' as ApiTokenId,
        hash: 'hash-of-a-token' as ApiTokenHash,
        name: 'ci',
        createdAt: Date.now() - 200 * day,
      })
    })
    expect(await findingsOf(config)).toEqual(['gate-stretching', 'gate-endless-tokens', 'gate-unused-tokens'])
    const { waysIn } = await look(config)
    expect(waysIn).toContainEqual({
      way: 'API token ci',
      guard: 'good for whoever has a copy; never expires; never used',
      strength: 'fair',
    })
    expect(JSON.stringify(waysIn)).not.toContain('hash-of-a-token')
  })
})

describe('what is wrong with the configuration', () => {
  it('(a policy with a mistake) is found', async () => {
    await writeFile(join(home, 'own.cedar'), 'permit (principal, action')
    expect(await findingsOf(configOf('policy: own.cedar'))).toEqual(['gate-policy-invalid'])
  })

  it('(a policy that grants more than the built-in one) is found, action by action', async () => {
    const more = 'permit (principal is Sekisho::Guest, action == Sekisho::Action::"useMcp", resource);'
    await writeFile(join(home, 'own.cedar'), more)
    const config = configOf('policy: own.cedar')
    expect(await findingsOf(config)).toEqual(['gate-policy-wide'])
    expect((await look(config)).policy).toMatchObject({ kind: 'own', strangers: [], guests: ['useMcp'] })
  })

  it('(a secret in a comment) is found and not repeated', async () => {
    const text = 'upstream: http://127.0.0.1:7999 # postgres://app:hunter2@db.internal/x\n'
    const configText = { path: join(home, 'sekisho.yaml'), text }
    expect(await findingsOf(configOf(), { configText })).toEqual(['gate-config-secrets'])
  })
})

describe('certificates', () => {
  async function certificate(name: string, ends: number): Promise<{ cert: string; key: string }> {
    const made = await generate([{ name: 'commonName', value: 'demo.example.org' }], {
      keyType: 'ec',
      notBeforeDate: new Date(ends - 90 * day),
      notAfterDate: new Date(ends),
    })
    const paths = { cert: join(home, `${name}.pem`), key: join(home, `${name}.key`) }
    await writeFile(paths.cert, made.cert)
    await writeFile(paths.key, made.private, { mode: 0o600 })
    expect(new X509Certificate(made.cert).validToDate.getTime()).toBeLessThanOrEqual(ends)
    return paths
  }
  const withTls = ({ cert, key }: { cert: string; key: string }) =>
    configOf(`tls: { cert: ${cert}, key: ${key} }`)

  it.each([
    ['good for two months', 60, []],
    ['with a week to go', 7, ['gate-certificate-ending']],
    ['that has ended', -1, ['gate-certificate-ended']],
  ])('%s', async (_what, days, findings) => {
    const paths = await certificate('own', Date.now() + days * day)
    expect(await findingsOf(withTls(paths))).toEqual(findings)
  })

  it('with the key of another one', async () => {
    const own = await certificate('own', Date.now() + 60 * day)
    const other = await certificate('other', Date.now() + 60 * day)
    expect(await findingsOf(withTls({ cert: own.cert, key: other.key }))).toEqual(['gate-certificate-ended'])
  })

  it('that can not be read', async () => {
    const own = await certificate('own', Date.now() + 60 * day)
    await writeFile(own.cert, 'not a certificate')
    expect(await findingsOf(withTls(own))).toEqual(['gate-certificate-ended'])
  })

  it('of the gate itself, and an open key beside them', async () => {
    const config = configOf()
    await makeGate(config)
    const folder = join(config.stateDir, 'certificates', 'demo')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const made = await certificate('made', Date.now() + 5 * day)
    await writeFile(join(folder, 'pair.pem'), await readFile(made.cert))
    await appendFile(join(folder, 'pair.pem'), await readFile(made.key))
    await chmod(join(folder, 'pair.pem'), 0o644)
    expect(await findingsOf(config)).toEqual(['gate-file-modes', 'gate-certificate-ending'])
  })
})
