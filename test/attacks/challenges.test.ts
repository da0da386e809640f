/**
 * The story: the challenges themselves. The article keeps one for each session that a browser names, for as long as the
 * program runs, and anybody may ask for anybody's. At the gate a challenge is kept nowhere: it says by itself until when it
 * is good and whose it is.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { queryObjects } from 'node:v8'
import { client } from '@serenity-kit/opaque'
import { afterAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { challengeField, parseChallenge, writeChallenge } from '../../src/contract/proof.ts'
import { epochMs } from '../../src/proof/epochs.ts'
import { ReplayWindow } from '../../src/proof/replay-window.ts'
import { mostInstances, Windows } from '../../src/proof/windows.ts'
import { ask, askJson } from '../rig/ask.ts'
import { logIn } from '../rig/log-in.ts'
import { findSigner } from '../rig/signer.ts'
import {
  answerTo,
  callArticle,
  dataOf,
  loadChallenge,
  newSession,
  openPage,
  useJournal,
  wasAccepted,
} from './article-client.ts'
import { countRecords } from './audit-records.ts'
import { useApp, useGate, unpaced } from './targets.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-clock-'))
const clockFile = join(folder, 'seconds')
afterAll(() => rm(folder, { recursive: true, force: true }))

const article = useApp('article', { clockFile })
// The same functions, with the gate in the place of the scheme.
const guarded = useJournal()
const open = useApp('article', { env: { ARTICLE_FOLDER: guarded.folder, ARTICLE_OPEN: '1' } })
const gate = useGate(open, { config: { pace: unpaced } })
const day = 24 * 3600

const stranger = { from: '127.0.0.9' } as const

const path = '/gradio_api/run/submit'

/** A session, and calls in it that are signed now and sent later. */
async function enter() {
  const { url, password } = gate()
  const cookie = await logIn({ url, password })
  const signer = findSigner(url, cookie) ?? expect.fail('a browser without a key')
  const askForChallenge = async (from = '127.0.0.1') =>
    (await ask(url, paths.challenge, { from, unsigned: true, headers: { cookie } })).headers
  signer.hear(await askForChallenge())
  const prepare = (content: string) => {
    const call = { session_hash: newSession(), challenge: '', r: '', content }
    const body = JSON.stringify({ data: dataOf(call), session_hash: call.session_hash })
    const fields = signer.sign({ method: 'POST', origin: url, path, body })
    const headers = { cookie, 'content-type': 'application/json', ...fields }
    return () => ask(url, path, { method: 'POST', headers, body, unsigned: true })
  }
  return { signer, prepare, askForChallenge }
}

const refusalsSoFar = (code: string) => countRecords(gate().auditDir, code)

describe('3.25 an unused challenge never expires', () => {
  it("succeeds on the article's scheme: thirty days later", async () => {
    const { url } = article()
    const call = await openPage(url, 'late')
    writeFileSync(clockFile, String(30 * day))
    // The server's own Date field tells that its time has moved.
    await expect
      .poll(async () => Date.parse(String((await ask(url, '/robots.txt')).headers.date)) - Date.now(), {
        timeout: 30_000,
      })
      .toBeGreaterThan(29 * day * 1000)
    expect(wasAccepted(await callArticle(url, 'submit', call))).toBe(true)
  })

  it('is blocked by the gate: five minutes later', async () => {
    const before = await refusalsSoFar('proof-stale')
    const { prepare } = await enter()
    const [early, late] = [prepare('early'), prepare('late')]
    gate().clock.advance(epochMs - 1)
    expect(wasAccepted(await early())).toBe(true)
    gate().clock.advance(1)
    expect((await late()).status).toBe(401)
    expect(await guarded.count('submit late')).toBe(0)
    await expect.poll(() => refusalsSoFar('proof-stale'), { timeout: 30_000 }).toBe(before + 1)
  })

  it('is blocked by the gate: after it was started again', async () => {
    const before = await refusalsSoFar('proof-stale')
    const { signer, prepare, askForChallenge } = await enter()
    const late = prepare('after the restart')
    await gate().restart()
    expect((await late()).status).toBe(401)
    expect(await guarded.count('submit after the restart')).toBe(0)
    await expect.poll(() => refusalsSoFar('proof-stale'), { timeout: 30_000 }).toBe(before + 1)
    // The session is still there, and so is its key: only the challenge ended.
    signer.hear(await askForChallenge())
    expect(wasAccepted(await prepare('a fresh one')())).toBe(true)
  })
})

describe('3.26 challenges are kept without bound', () => {
  it("succeeds on the article's scheme: of a hundred pages that were opened none is forgotten", async () => {
    const { url } = article()
    const pages = []
    for (let n = 0; n < 100; n++) pages.push(await openPage(url, `page ${String(n)}`))
    for (const call of pages)
      expect(wasAccepted(await callArticle(url, 'submit', call)), call.content).toBe(true)
  })

  it('is blocked by the gate: of a thousand challenges that nobody answers nothing is kept', async () => {
    const kept = () => ({ rows: countRows(gate().home), windows: countObjects(ReplayWindow) })
    const { prepare, askForChallenge } = await enter()
    const unused = kept()
    expect(wasAccepted(await prepare('answered')())).toBe(true)
    const before = kept()
    expect(before.windows).toBe(unused.windows + 1)
    const told = new Set<unknown>()
    for (let n = 0; n < 1000; n++) {
      gate().clock.advance(1)
      told.add((await askForChallenge())[challengeField])
    }
    expect(told.size).toBe(1000)
    expect(kept()).toEqual(before)
  })

  it('is blocked by the gate: of logins that were begun and left it keeps counts, which end', async () => {
    const rows = () => countRows(gate().home)
    const counts = () => ({ paces: rows()['paces'] ?? 0, failures: rows()['failures'] ?? 0 })
    const forgetFullBudgets = async () => {
      gate().clock.advance(60_000)
      await expect.poll(() => counts().paces, { timeout: 30_000 }).toBe(0)
    }
    await forgetFullBudgets()
    const { paces: _paces, failures: _failures, ...others } = rows()
    const { failures } = counts()
    for (let n = 0; n < 60; n++) {
      const one = String(n % 20)
      await beginLogin({ from: `127.0.3.${one}`, username: `nobody${one}` })
      await beginLogin({ from: '127.0.4.1' })
    }
    // One for each address, and one for all; one for each name.
    expect(rows()).toEqual({ ...others, paces: 22, failures: failures + 20 })
    await forgetFullBudgets()

    withDatabase(gate().home, (database) => {
      database.exec(fillFailures)
    })
    expect(counts().failures).toBeGreaterThan(mostFailures)
    gate().clock.advance(60_000)
    await expect.poll(() => counts().failures, { timeout: 30_000 }).toBeLessThanOrEqual(mostFailures)
    withDatabase(gate().home, (database) => {
      database.exec('DELETE FROM failures')
    })
    expect(gate().faults).toEqual([])
  })

  it('is blocked by the gate: of a session with a thousand pages sixty-four are kept', () => {
    const windows = new Windows()
    for (let n = 0; n < 1000; n++)
      windows.take({ owner: 'one', instance: `page ${String(n)}`, counter: 1, epochAt: n }, n)
    expect(windows.size).toEqual({ owners: 1, instances: mostInstances })
    // And what was pushed out can't be sent again.
    const first = { owner: 'one', instance: 'page 0', counter: 1, epochAt: 0 }
    expect(windows.take(first, 1000)).toBe('stale')
  })
})

describe("3.27 overwrite somebody else's challenge", () => {
  it("succeeds on the article's scheme: the next call of whoever it belongs to fails", async () => {
    const { url } = article()
    const call = await openPage(url, 'mine')
    await loadChallenge(url, call.session_hash, stranger)
    expect(wasAccepted(await callArticle(url, 'submit', call))).toBe(false)
  })

  it('is blocked by the gate: however many others are asked for, with a copy of the cookie too, the first stays good', async () => {
    const [mine, other] = [await enter(), await enter()]
    const call = mine.prepare('mine')
    const told = new Set([mine.signer.challenge?.epoch])
    for (let n = 0; n < 50; n++) {
      // At the same moment they would all be the same.
      gate().clock.advance(1)
      for (const { askForChallenge } of [mine, other])
        told.add(parseChallenge(String((await askForChallenge(stranger.from))[challengeField]))?.epoch)
    }
    expect(told.size).toBe(101)
    expect(wasAccepted(await call())).toBe(true)
    expect(await guarded.count('submit mine')).toBe(1)
  })
})

describe("3.28 learn and set somebody else's challenge", () => {
  it("succeeds on the article's scheme: a stranger is told what will be checked", async () => {
    const { url } = article()
    const session_hash = newSession()
    const shown = await loadChallenge(url, session_hash)
    const challenge = await loadChallenge(url, session_hash, stranger)
    expect(challenge).not.toBe(shown)
    const call = { session_hash, challenge, r: answerTo(challenge), content: 'set' }
    expect(wasAccepted(await callArticle(url, 'submit', call))).toBe(true)
  })

  it('is blocked by the gate: nobody is told one without the session, and that of one session is none in another', async () => {
    const { url } = gate()
    const unknown = await ask(url, paths.challenge, stranger)
    expect([unknown.status, unknown.headers[challengeField]]).toEqual([401, undefined])
    const before = await refusalsSoFar('proof-stale')
    const [mine, other] = [await enter(), await enter()]
    const { epoch = '', at = 0 } = other.signer.challenge ?? {}
    // Set by whatever way: the browser signs what the stranger chose.
    mine.signer.hear({ [challengeField]: writeChallenge({ epoch, at, keyid: mine.signer.keyid }) })
    expect((await mine.prepare('set')()).status).toBe(401)
    expect(await guarded.count('submit set')).toBe(0)
    await expect.poll(() => refusalsSoFar('proof-stale'), { timeout: 30_000 }).toBe(before + 1)
  })
})

interface Beginner {
  readonly from: string
  /** Absent: the shared password. */
  readonly username?: string
}

/** The first message of a login whose second never comes. */
async function beginLogin({ from, username }: Beginner): Promise<void> {
  const { url } = gate()
  const { startLoginRequest } = client.startLogin({ password: 'any-guess-at-all' })
  const message = { startLoginRequest, ...(username !== undefined && { username }) }
  expect((await askJson(url, paths.loginStart, message, { from, headers: { origin: url } })).status).toBe(200)
}

/** How many of the process are alive: the gate is in this one. */
function countObjects(kind: new () => object): number {
  return queryObjects(kind, { format: 'count' })
}

/** docs/decisions/0006: of names that nobody has so many are remembered. */
const mostFailures = 200_000

const fillFailures = `
  WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ${String(mostFailures + 1000)})
  INSERT INTO failures (key, count, last_at) SELECT (SELECT key FROM failures LIMIT 1) || n, 1, n FROM many`

/** Of every table but those of the audit log, whose size has limits of its own. */
function countRows(home: string): Readonly<Record<string, number>> {
  return withDatabase(home, (database) => {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    const names = tables.map(({ name }) => String(name)).filter((name) => !/audit|sqlite/.test(name))
    return Object.fromEntries(
      names.map((name) => [
        name,
        Number(database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.['n']),
      ]),
    )
  })
}

/** As another process does. */
function withDatabase<T>(home: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(home, 'state', 'sekisho.db'), { timeout: 30_000 })
  try {
    return use(database)
  } finally {
    database.close()
  }
}
