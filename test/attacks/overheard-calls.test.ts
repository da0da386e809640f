/**
 * The story: somebody on the way reads every byte of a call that was rightly made, and makes use of it: sends it again,
 * thirty times at once, with other arguments, to another function. The article's answer is good for whatever comes with
 * it; the proof of the gate is good for one request, and once.
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proofFields } from '../../src/contract/proof.ts'
import { ask } from '../rig/ask.ts'
import {
  resend,
  startMeddlingProxy,
  withBody,
  withField,
  type MeddlingProxy,
  type OverheardRequest,
  type Resent,
} from '../rig/meddling-proxy.ts'
import {
  callArticle,
  newSession,
  openPage,
  useJournal,
  wasAccepted,
  type ArticleCall,
} from './article-client.ts'
import { readAuditRecords } from './audit-records.ts'
import { gateDoor, gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth, useGate, type Started } from './targets.ts'

const journal = useJournal()
const article = useApp('article', { env: { ARTICLE_FOLDER: journal.folder } })
const withAuth = useAppWithAuth()
// The same functions, with the gate in the place of the scheme.
const guarded = useJournal()
const open = useApp('article', { env: { ARTICLE_FOLDER: guarded.folder, ARTICLE_OPEN: '1' } })
// The pace is brute-force.test.ts's affair.
const unpaced = { burst: 1000, intervalMs: 1 }
const gate = useGate(open, {
  config: { pace: { address: unpaced, everyone: unpaced, knownBrowser: unpaced } },
})

const beforeArticle = useProxy(article)
const beforeAuth = useProxy(withAuth)
const beforeGate = useProxy(gate)

function useProxy(target: Started<{ readonly url: string }>): Started<MeddlingProxy> {
  let proxy: MeddlingProxy | undefined
  beforeAll(async () => {
    proxy = await startMeddlingProxy(target().url)
  })
  afterAll(() => proxy?.stop())
  return () => proxy ?? expect.fail('asked for before the first test')
}

/** Bob calls `predict`, which says a text backwards, with the cookie that he signed in for. */
async function callAsBob(url: string, word: string) {
  const knock = await gradioDoor(withAuth().url).knock({ user: 'bob', password: 'bobpw' })
  const headers = {
    'content-type': 'application/json',
    cookie: knock.kind === 'in' ? knock.cookie : expect.fail(knock.kind),
  }
  const body = JSON.stringify({ data: [word] })
  return ask(url, '/gradio_api/run/predict', { method: 'POST', headers, body })
}

const backwards = (text: string) => [...text].reverse().join('')

/** The last request for it that went past. */
const last = (proxy: MeddlingProxy, at: string) => proxy.heard(at).at(-1) ?? expect.fail(`nothing for ${at}`)

const at = { submit: '/run/submit' } as const

/** Signs in past whoever is on the way; answers the Cookie header. */
async function enter(): Promise<string> {
  const knock = await gateDoor(beforeGate().url).knock({ password: gate().password })
  return knock.kind === 'in' ? knock.cookie : expect.fail(knock.kind)
}

const plainCall = (content: string): ArticleCall => ({
  session_hash: newSession(),
  challenge: '',
  r: '',
  content,
})

/** A rightful call past whoever is on the way. */
const callGate = (cookie: string, content: string) =>
  callArticle(beforeGate().url, 'submit', plainCall(content), { headers: { cookie } })

/** The same, kept by whoever is on the way before it arrives. */
async function keepFromGate(cookie: string, content: string): Promise<OverheardRequest> {
  const proxy = beforeGate()
  proxy.meddle((request) => (request.path.endsWith(at.submit) ? undefined : request))
  await callGate(cookie, content)
  proxy.meddle((request) => request)
  return last(proxy, at.submit)
}

const again = (request: OverheardRequest) => resend(gate().url, request, '127.0.0.9')

/** How often the audit log has the code by now; records are written in groups. */
async function timesRefused(code: string): Promise<number> {
  const records = await readAuditRecords(gate().auditDir)
  return records.filter((record) => record.code === code).length
}

async function expectRefused(code: string, times: number, before: number): Promise<void> {
  await expect.poll(() => timesRefused(code), { timeout: 30_000 }).toBe(before + times)
}

describe('3.22 replay of an observed request that was already accepted', () => {
  it('succeeds on auth=', async () => {
    expect((await callAsBob(beforeAuth().url, 'once')).body).toContain(backwards('once'))
    const again = await resend(withAuth().url, last(beforeAuth(), '/run/predict'), '127.0.0.9')
    expect(again.status).toBe(200)
    expect(again.body).toContain(backwards('once'))
  })

  it("stays blocked on the article's scheme, whose challenge is another by then", async () => {
    const { url } = beforeArticle()
    expect(wasAccepted(await callArticle(url, 'submit', await openPage(url, 'once')))).toBe(true)
    const again = await resend(article().url, last(beforeArticle(), '/run/submit'), '127.0.0.9')
    expect(wasAccepted(again)).toBe(false)
    expect(await journal.count('submit once')).toBe(1)
  })

  it('is blocked by the gate, byte by byte the same as it is', async () => {
    const before = await timesRefused('proof-replayed')
    const cookie = await enter()
    expect(wasAccepted(await callGate(cookie, 'once'))).toBe(true)
    expect((await again(last(beforeGate(), at.submit))).status).toBe(401)
    expect(await guarded.count('submit once')).toBe(1)
    await expectRefused('proof-replayed', 1, before)
  })
})

/** Makes a rightful call that never arrives: whoever is in the middle keeps it. */
async function keepBack(content: string): Promise<ArticleCall> {
  const proxy = beforeArticle()
  const call = await openPage(proxy.url, content)
  proxy.meddle((request) => (request.path.endsWith('/run/submit') ? undefined : request))
  await callArticle(proxy.url, 'submit', call)
  proxy.meddle((request) => request)
  return call
}

describe('3.23 the auth material of a call with other arguments', () => {
  it("succeeds on the article's scheme", async () => {
    await keepBack('pay ten')
    const kept = last(beforeArticle(), '/run/submit')
    const changed = withBody(kept, kept.body.replace('pay ten', 'pay ten thousand'))
    expect(wasAccepted(await resend(article().url, changed, '127.0.0.9'))).toBe(true)
    expect(await journal.count('submit pay ten thousand')).toBe(1)
    expect(await journal.count('submit pay ten')).toBe(0)
  })

  it('succeeds on auth=', async () => {
    await callAsBob(beforeAuth().url, 'pay ten')
    const heard = last(beforeAuth(), '/run/predict')
    const changed = withBody(heard, heard.body.replace('pay ten', 'pay ten thousand'))
    expect((await resend(withAuth().url, changed, '127.0.0.9')).body).toContain(backwards('pay ten thousand'))
  })

  const raise = (request: OverheardRequest) =>
    request.path.endsWith(at.submit)
      ? withBody(request, request.body.replace('pay ten', 'pay ten thousand'))
      : request

  it('is blocked by the gate, while the call is on its way', async () => {
    const [changed, replayed] = [await timesRefused('proof-body'), await timesRefused('proof-replayed')]
    const cookie = await enter()
    beforeGate().meddle(raise)
    const answer = await callGate(cookie, 'pay ten')
    beforeGate().meddle((request) => request)
    expect(answer.status).toBe(401)
    expect(await guarded.count('submit pay ten thousand')).toBe(0)
    await expectRefused('proof-body', 1, changed)
    // The page tried once more: its counter was used up by then.
    await expectRefused('proof-replayed', 1, replayed)
  })

  it('is blocked by the gate, with a digest of the new arguments beside it', async () => {
    const before = await timesRefused('proof-signature')
    const kept = await keepFromGate(await enter(), 'pay ten')
    const changed = raise(kept)
    const sha256 = createHash('sha256').update(changed.body).digest('base64')
    expect((await again(withField(changed, proofFields.digest, `sha-256=:${sha256}:`))).status).toBe(401)
    expect(await guarded.count('submit pay ten thousand')).toBe(0)
    await expectRefused('proof-signature', 1, before)
  })
})

describe('3.24 the auth material of a call on another function', () => {
  it("succeeds on the article's scheme", async () => {
    await keepBack('the report')
    const kept = last(beforeArticle(), '/run/submit')
    const turned = { ...kept, path: kept.path.replace('submit', 'remove') }
    expect(wasAccepted(await resend(article().url, turned, '127.0.0.9'))).toBe(true)
    expect(await journal.count('remove the report')).toBe(1)
  })

  it('succeeds on auth=', async () => {
    await callAsBob(beforeAuth().url, 'anything')
    const heard = last(beforeAuth(), '/run/predict')
    const turned = { ...heard, path: heard.path.replace('predict', 'admin_report') }
    expect((await resend(withAuth().url, turned, '127.0.0.9')).status).toBe(200)
  })

  it('is blocked by the gate', async () => {
    const before = await timesRefused('proof-signature')
    const kept = await keepFromGate(await enter(), 'the report')
    expect((await again({ ...kept, path: kept.path.replace('submit', 'remove') })).status).toBe(401)
    expect((await again({ ...kept, path: `${kept.path}?x=1` })).status).toBe(401)
    expect(await guarded.count('remove the report')).toBe(0)
    await expectRefused('proof-signature', 2, before)
    // It was the change that was refused: as it was signed it is good, once.
    expect(wasAccepted(await again(kept))).toBe(true)
  })

  it("is blocked by the gate, in another's session too", async () => {
    const before = await timesRefused('proof-key')
    const [cookie, others] = [await enter(), await enter()]
    const kept = await keepFromGate(cookie, 'in another session')
    expect((await again(withField(kept, 'cookie', others))).status).toBe(401)
    expect(await guarded.count('submit in another session')).toBe(0)
    await expectRefused('proof-key', 1, before)
  })
})

describe('3.29 one answer sent thirty times at once', () => {
  it("succeeds on the article's scheme: all that come while the function is at work are let in", async () => {
    const call = await keepBack('wait-for-the-others')
    const kept = last(beforeArticle(), '/run/submit')
    const all = Promise.all(Array.from({ length: 30 }, () => resend(article().url, kept, '127.0.0.9')))
    await expect.poll(() => journal.count(`submit ${call.content}`), { timeout: 60_000 }).toBeGreaterThan(1)
    await journal.finish(call.content)
    await all
    expect(await journal.count(`submit ${call.content}`)).toBeGreaterThan(1)
  })

  it('is blocked by the gate: one of them is let in', async () => {
    const before = await timesRefused('proof-replayed')
    const kept = await keepFromGate(await enter(), 'wait-for-nobody')
    const all = Promise.all(Array.from({ length: 30 }, () => again(kept)))
    await expect.poll(() => timesRefused('proof-replayed'), { timeout: 60_000 }).toBe(before + 29)
    await guarded.finish('wait-for-nobody')
    const statuses = (await all).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(29)
    expect(await guarded.count('submit wait-for-nobody')).toBe(1)
  })
})

describe('what is refused of a call that was copied', () => {
  /** All that an answer shows but for values that are fresh each time. */
  const shown = ({ status, body, names }: Resent) => ({ status, body, names })

  it('reads alike outside, whatever was wrong, and has a reason of its own in the log', async () => {
    const [cookie, others] = [await enter(), await enter()]
    const done = await keepFromGate(cookie, 'alike')
    expect(wasAccepted(await again(done))).toBe(true)
    const kept = await keepFromGate(cookie, 'not alike')
    const wrong: Readonly<Record<string, OverheardRequest>> = {
      'proof-replayed': done,
      'proof-body': withBody(await keepFromGate(cookie, 'other body'), '{"data":[]}'),
      'proof-signature': { ...kept, path: kept.path.replace('submit', 'remove') },
      'proof-key': withField(kept, 'cookie', others),
      'proof-missing': withField(withField(kept, proofFields.input), proofFields.signature),
      'proof-malformed': withField(kept, proofFields.input, 'sekisho=()'),
    }
    const before = new Map<string, number>()
    for (const code of Object.keys(wrong)) before.set(code, await timesRefused(code))
    const answers = []
    for (const request of Object.values(wrong)) answers.push(shown(await again(request)))
    expect(answers[0]?.status).toBe(401)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    for (const code of Object.keys(wrong)) await expectRefused(code, 1, before.get(code) ?? 0)
  })
})
