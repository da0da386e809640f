/** Several processes on one file: races between them, and kill -9 in the middle of writing. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ApiTokenHash, InvitationHash, SessionId, TokenHash, UserId } from '../../rows.ts'
import type { Username } from '../../../kit/username.ts'
import type { Store } from '../../store.ts'
import { openSqliteStore } from './open.ts'

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'sekisho.db')
}

interface Child {
  readonly process: ChildProcess
  /** Every complete line it has written. */
  readonly lines: readonly string[]
  /** Resolves when it has written so many lines; rejects when it ends before. */
  wrote(count: number): Promise<void>
  /** Closes its stdin; resolves when it has ended and everything it wrote is in `lines`. */
  ended(): Promise<void>
}

/** Runs `program` in a process of its own, with `open`, `say` and `heard` (resolves to a line of its stdin) at hand. */
function startProcess(program: string, ...words: readonly string[]): Child {
  const prelude = `
    import { createInterface } from 'node:readline'
    const [, engine, ...words] = process.argv
    const { openSqliteStore } = await import(engine)
    const open = (file = words[0]) => openSqliteStore({ file })
    const say = (line) => process.stdout.write(line + '\\n')
    const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
    const heard = async () => (await input.next()).value
  `
  const engine = new URL('./open.ts', import.meta.url).href
  const args = ['--input-type=module', '-e', prelude + program, engine, ...words]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))

  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  child.stdin.on('error', () => undefined)
  const closed = once(child, 'close')
  const silent = once(reader, 'close').then(() => 'silent')
  let torn = ''
  child.stdout.on('data', (chunk: Buffer) => (torn = (torn + chunk.toString()).split('\n').at(-1) ?? ''))
  reader.on('line', (line) => lines.push(line))
  return {
    process: child,
    lines,
    async wrote(count) {
      while (lines.length < count) {
        const next = await Promise.race([once(reader, 'line'), silent])
        if (next === 'silent') break
      }
      if (lines.length < count) throw new Error(`ended after ${lines.length} of ${count} lines`)
    },
    async ended() {
      child.stdin.end()
      await closed
      // readline takes a torn last line for a whole one.
      if (torn !== '') lines.pop()
    },
  }
}

/** Runs two programs, or one twice, in processes that go at the same moment; answers what they said after `ready`. */
async function race(file: string, program: string, rival = program): Promise<readonly string[]> {
  const children = [startProcess(program, file), startProcess(rival, file)]
  await Promise.all(children.map((child) => child.wrote(1)))
  for (const child of children) child.process.stdin?.end('go\n')
  await Promise.all(children.map((child) => child.ended()))
  expect(children.map((child) => child.process.exitCode)).toEqual([0, 0])
  return children.flatMap((child) => child.lines.slice(1))
}

/** A user with an open invitation. */
async function invite(store: Store, i: number): Promise<void> {
  const id = `user-${i}` as UserId
  await store.users.insert({ id, name: `name-${i}` as Username, createdAt: 1, roles: [], attributes: {} })
  const hash = `hash-${i}` as InvitationHash
  await store.invitations.insert({ hash, user: id, purpose: 'join', createdAt: 1, expiresAt: 10 })
}

function integrity(file: string): unknown {
  using database = new DatabaseSync(file)
  return database.prepare('pragma integrity_check').get()?.['integrity_check']
}

describe('several processes', { timeout: 60_000 }, () => {
  test('that create the file at the same moment all succeed and agree', async () => {
    const folder = dirname(freshFile())
    const program = `
      say('ready')
      for (let file = await heard(); file !== undefined; file = await heard()) {
        const store = await open(file)
        say(await store.meta.getOrSet('instance', String(process.pid)))
        await store.close()
      }
    `
    const children = Array.from({ length: 4 }, () => startProcess(program))
    await Promise.all(children.map((child) => child.wrote(1)))
    // The dangerous moment is a few microseconds long: one file in ten meets it.
    for (let round = 1; round <= 100; round++) {
      for (const child of children) child.process.stdin?.write(join(folder, `${round}.db\n`))
      await Promise.all(children.map((child) => child.wrote(round + 1)))
      expect(new Set(children.map((child) => child.lines.at(-1))).size).toBe(1)
    }
  })

  test('spend each id once between them', async () => {
    const program = `
      const store = await open()
      say('ready'); await heard()
      for (let i = 0; i < 300; i++) if (await store.spent.spend('id-' + i, 1)) say(i)
      await store.close()
    `
    const answers = await race(freshFile(), program)
    expect(answers.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i))
  })

  test('take no more than the burst between them, and pay for all buckets or none', async () => {
    const program = `
      const store = await open()
      say('ready'); await heard()
      const everyone = { key: 'everyone', intervalMs: 1e6, burst: 150 }
      for (let i = 0; i < 300; i++) {
        const address = { key: 'address-' + (i % 100), intervalMs: 1e6, burst: 2 }
        if ((await store.paces.take([address, everyone], 1e12)).allowed) say(i % 100)
      }
      await store.close()
    `
    const answers = await race(freshFile(), program)
    expect(answers).toHaveLength(150)
    const byAddress = Map.groupBy(answers, (address) => address)
    expect(Math.max(...[...byAddress.values()].map((taken) => taken.length))).toBeLessThanOrEqual(2)
  })

  test('redeem each invitation once between them, and the password of the winner stands', async () => {
    const program = `
      const store = await open()
      const stretching = { memory: 1, iterations: 1, parallelism: 1 }
      say('ready'); await heard()
      for (let i = 0; i < 100; i++) {
        const password = { id: 'user-' + i, record: String(process.pid), stretching, changedAt: 5 }
        if ((await store.invitations.redeem('hash-' + i, password, 5)) !== undefined) say(i + ' ' + process.pid)
      }
      await store.close()
    `
    const file = freshFile()
    const store = await openSqliteStore({ file })
    onTestFinished(() => store.close())
    const ids = Array.from({ length: 100 }, (_, i) => i)
    for (const i of ids) await invite(store, i)
    const answers = await race(file, program)
    expect(answers.map((answer) => parseInt(answer)).sort((a, b) => a - b)).toEqual(ids)
    for (const answer of answers) {
      const [i, pid] = answer.split(' ')
      expect((await store.passwords.find(`user-${i}` as UserId))?.record).toBe(pid)
    }
  })

  test('count no more failures between them than the rule lets through', async () => {
    const program = `
      const store = await open()
      const rule = { free: 3, firstWaitMs: 1e6, mostWaitMs: 1e7, most: 9 }
      say('ready'); await heard()
      for (let i = 0; i < 300; i++) {
        const { allowed, count } = await store.failures.take('user:' + (i % 50), rule, 1e12)
        if (allowed) say((i % 50) + ' ' + count)
      }
      await store.close()
    `
    const answers = await race(freshFile(), program)
    const expected = Array.from({ length: 50 }, (_, i) => [1, 2, 3].map((count) => `${i} ${count}`)).flat()
    expect([...answers].sort()).toEqual(expected.sort())
  })

  test('leave nothing behind of a user whom one removes while the other hangs something on that user', async () => {
    const remover = `
      const store = await open()
      say('ready'); await heard()
      for (let i = 0; i < 100; i++) await store.users.remove('user-' + i, 5)
      await store.close()
    `
    const giver = `
      const store = await open()
      const stretching = { memory: 1, iterations: 1, parallelism: 1 }
      say('ready'); await heard()
      for (let i = 0; i < 100; i++) {
        const user = 'user-' + i
        await Promise.allSettled([
          store.passwords.set({ id: user, record: '', stretching, changedAt: 5 }),
          store.tokens.insert({ id: user, hash: user, name: '', user, createdAt: 5 }),
          store.invitations.insert({ hash: user, user, purpose: 'reset', createdAt: 5, expiresAt: 9 }),
        ])
      }
      await store.close()
    `
    const file = freshFile()
    const store = await openSqliteStore({ file })
    for (let i = 0; i < 100; i++) await invite(store, i)
    await store.close()
    await race(file, remover, giver)
    using database = new DatabaseSync(file)
    const count = (sql: string) => database.prepare(`select count(*) as rows from ${sql}`).get()?.['rows']
    expect(count('users')).toBe(0)
    expect(count('passwords')).toBe(0)
    expect(count('tokens where revoked_at is null')).toBe(0)
    expect(count('invitations where used_at is null and revoked_at is null')).toBe(0)
  })

  test('see at the next find that another one ended a session, and hear of it', async () => {
    const file = freshFile()
    const store = await openSqliteStore({ file })
    onTestFinished(() => store.close())
    const session = { id: 'id' as SessionId, tokenHash: 'hash' as TokenHash }
    await store.sessions.insert({ ...session, ...rest })
    expect((await store.sessions.find(session.tokenHash))?.ended).toBeUndefined()
    const before = await store.changes()

    const operator = startProcess(
      `
      const store = await open()
      say(await store.sessions.end('id', 5, 'operator'))
    `,
      file,
    )
    await operator.wrote(1)
    expect(operator.lines).toEqual(['true'])
    expect((await store.sessions.find(session.tokenHash))?.ended).toBe('operator')
    expect(await store.changes()).not.toBe(before)
    await operator.ended()
  })

  test('a process that holds the lock too long gives a fault in words, not an endless wait', async () => {
    const file = freshFile()
    const store = await openSqliteStore({ file })
    onTestFinished(() => store.close())
    await store.sessions.insert({ id: 'id' as SessionId, tokenHash: 'hash' as TokenHash, ...rest })
    using shell = new DatabaseSync(file)
    shell.exec('begin immediate')
    await expect(store.spent.spend('a', 1)).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('kept locked by another process') as string,
    })
    expect(await store.sessions.find('hash' as TokenHash)).toBeDefined()
    shell.exec('rollback')
    expect(await store.spent.spend('a', 1)).toBe(true)
  })
})

const rest = {
  account: 'shared',
  passwordAt: 0,
  renewAt: 1,
  createdAt: 1,
  authAt: 1,
  lastActiveAt: 1,
  endsAt: 2,
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0',
} as const

describe('kill -9 in the middle of writing', () => {
  /** Writes without end and says each write once it is acknowledged, as `what name`. */
  const writer = (round: number) => `
    const store = await open()
    const rest = ${JSON.stringify(rest)}
    const stretching = { memory: 1, iterations: 1, parallelism: 1 }
    await store.segments.open({ id: 'log-${round}', openedAt: ${round}, count: 0, head: '' })
    for (let i = 1; ; i++) {
      const name = '${round}-' + i
      await store.sessions.insert({ id: name, tokenHash: name, ...rest }); say('inserted ' + name)
      await store.sessions.touch([{ id: name, at: 10 + i }]); say('touched ' + name)
      if (i % 2 === 0) { await store.sessions.end(name, 5, 'logout'); say('ended ' + name) }
      await store.spent.spend(name, 1); say('spent ' + name)
      await store.paces.take([{ key: name, intervalMs: 1e6, burst: 1 }], 1e12); say('taken ' + name)
      await store.segments.advance('log-${round}', i, 'head-' + i); say('advanced ' + name)
      await store.users.insert({ id: name, name, createdAt: 1, roles: [], attributes: {} }); say('added ' + name)
      await store.failures.take('user:' + name, { free: 1, firstWaitMs: 1, mostWaitMs: 1, most: 9 }, 5); say('failed ' + name)
      await store.tokens.insert({ id: name, hash: name, name, user: name, createdAt: 1 }); say('created ' + name)
      await store.invitations.insert({ hash: name, user: name, purpose: 'join', createdAt: 1, expiresAt: 9 }); say('invited ' + name)
      if (i % 3 === 0) {
        await store.invitations.redeem(name, { id: name, record: name, stretching, changedAt: 7 }, 5); say('redeemed ' + name)
      }
      if (i % 3 === 1) { await store.users.disable(name, 5); say('disabled ' + name) }
      if (i % 3 === 2) { await store.users.remove(name, 5); say('removed ' + name) }
      if (i % 5 === 0) { await store.passwords.set({ id: 'shared', record: name, stretching, changedAt: 7 }); say('set ' + name) }
    }
  `

  test('loses nothing that was acknowledged, and leaves the file whole', { timeout: 60_000 }, async () => {
    const file = freshFile()
    const acknowledged: string[] = []
    for (const [round, enough] of [1, 13, 57, 111, 238, 399, 511].entries()) {
      const child = startProcess(writer(round), file)
      await child.wrote(enough)
      child.process.kill('SIGKILL')
      await child.ended()
      expect(child.process.signalCode).toBe('SIGKILL')
      acknowledged.push(...child.lines)
      expect(integrity(file)).toBe('ok')
    }
    const store = await openSqliteStore({ file })
    onTestFinished(() => store.close())
    for (const line of acknowledged) await expectKept(store, line)
    await expectPasswordKept(store, acknowledged)
  })

  async function expectKept(store: Store, line: string): Promise<void> {
    const [what = '', name = ''] = line.split(' ')
    const [round, i] = name.split('-').map(Number)
    const session = await store.sessions.find(name as TokenHash)
    switch (what) {
      case 'inserted':
        return expect(session, line).toBeDefined()
      case 'touched':
        return expect(session?.lastActiveAt, line).toBe(10 + Number(i))
      case 'ended':
        return expect(session?.ended, line).toBe('logout')
      case 'spent':
        return expect(await store.spent.spend(name, 1), line).toBe(false)
      case 'taken': {
        const { allowed } = await store.paces.take([{ key: name, intervalMs: 1e6, burst: 1 }], 1e12)
        return expect(allowed, line).toBe(false)
      }
      case 'added':
      case 'failed':
      case 'created':
      case 'invited':
      case 'redeemed':
      case 'disabled':
      case 'removed':
        return expectUserKept(store, what, name, line)
      case 'advanced': {
        const segment = (await store.segments.list()).find(({ id }) => id === `log-${round}`)
        return expect(segment?.count, line).toBeGreaterThanOrEqual(Number(i))
      }
      default:
        return expect(what, line).toBe('set')
    }
  }

  /** What was acknowledged later, or on its way to be, may have changed what came first. */
  async function expectUserKept(store: Store, what: string, name: string, line: string): Promise<void> {
    const user = await store.users.find(name as UserId)
    const invitation = await store.invitations.find(name as InvitationHash)
    const token = (await store.tokens.find(name as ApiTokenHash))?.token
    switch (what) {
      case 'redeemed':
        expect(invitation?.usedAt, line).toBe(5)
        return expect((await store.passwords.find(name as UserId))?.record, line).toBe(name)
      case 'disabled':
        expect(invitation?.revokedAt, line).toBe(5)
        return expect(user?.disabledAt, line).toBe(5)
      case 'removed':
        expect([invitation?.revokedAt, token?.revokedAt], line).toEqual([5, 5])
        return expect(user, line).toBeUndefined()
      case 'created':
        return expect(token, line).toBeDefined()
      case 'invited':
        return expect(invitation, line).toBeDefined()
      default: {
        // Removed or redeemed since.
        const gone = user === undefined ? token?.revokedAt : invitation?.usedAt
        const kept = what === 'added' ? user : await store.failures.find(`user:${name}`)
        return expect(kept ?? gone, line).toBeDefined()
      }
    }
  }

  async function expectPasswordKept(store: Store, lines: readonly string[]): Promise<void> {
    const at = lines.findLastIndex((line) => line.startsWith('set '))
    const [, round = NaN, i = NaN] = (lines[at] ?? '').split(/[ -]/).map(Number)
    const [keptRound = NaN, keptI = NaN] = ((await store.passwords.find('shared'))?.record ?? '')
      .split('-')
      .map(Number)
    expect(keptRound).toBe(round)
    expect(keptI).toBeGreaterThanOrEqual(i)
    const open = new Set((await store.sessions.listOpen()).map(({ id }) => `inserted ${id}`))
    expect(lines.slice(0, at).filter((line) => open.has(line))).toEqual([])
  }
})
