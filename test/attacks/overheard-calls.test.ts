/**
 * The story: somebody on the way reads every byte of a call that was rightly made, and makes use of it: sends it again,
 * thirty times at once, with other arguments, to another function. The article's answer is good for whatever comes with
 * it; the proof of the gate is good for one request, and once.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { proofFields } from '../../src/contract/proof.ts'
import { ask } from '../rig/ask.ts'
import { logIn } from '../rig/log-in.ts'
import {
  resend,
  startMeddlingProxy,
  withBody,
  withField,
  type MeddlingProxy,
  type OverheardRequest,
} from '../rig/meddling-proxy.ts'
import {
  callArticle,
  newSession,
  openPage,
  useJournal,
  wasAccepted,
  type ArticleCall,
} from './article-client.ts'
import { countRecords } from './audit-records.ts'
import { gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth, useGate, useThing, unpaced, type Started } from './targets.ts'

const journal = useJournal()
const article = useApp('article', { env: { ARTICLE_FOLDER: journal.folder } })
const withAuth = useAppWithAuth()
// The same functions, with the gate in the place of the scheme.
const guarded = useJournal()
const open = useApp('article', { env: { ARTICLE_FOLDER: guarded.folder, ARTICLE_OPEN: '1' } })
const gate = useGate(open, { config: { pace: unpaced } })

const beforeArticle = useProxy(article)
const beforeAuth = useProxy(withAuth)
const beforeGate = useProxy(gate)

function useProxy(target: Started<{ readonly url: string }>): Started<MeddlingProxy> {
  return useThing(() => startMeddlingProxy(target().url))
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

const submit = '/run/submit'

/** A call that its sender makes, and whoever is on the way keeps before it arrives. */
async function keep(proxy: MeddlingProxy, call: () => Promise<unknown>): Promise<OverheardRequest> {
  proxy.meddle((request) => (request.path.endsWith(submit) ? undefined : request))
  await call()
  proxy.meddle((request) => request)
  return last(proxy, submit)
}

/** Signs in past whoever is on the way; answers the Cookie header. */
const enter = () => logIn({ url: beforeGate().url, password: gate().password })

const plainCall = (content: string): ArticleCall => ({
  session_hash: newSession(),
  challenge: '',
  r: '',
  content,
})

/** A rightful call past whoever is on the way. */
const callGate = (cookie: string, content: string) =>
  callArticle(beforeGate().url, 'submit', plainCall(content), { headers: { cookie } })

const keepFromGate = (cookie: string, content: string) => keep(beforeGate(), () => callGate(cookie, content))

const again = (request: OverheardRequest) => resend(gate().url, request, '127.0.0.9')

const timesRefused = (code: string) => countRecords(gate().auditDir, code)

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
    const again = await resend(article().url, last(beforeArticle(), submit), '127.0.0.9')
    expect(wasAccepted(again)).toBe(false)
    expect(await journal.count('submit once')).toBe(1)
  })

  it('is blocked by the gate, byte by byte the same as it is', async () => {
    const before = await timesRefused('proof-replayed')
    const cookie = await enter()
    expect(wasAccepted(await callGate(cookie, 'once'))).toBe(true)
    expect((await again(last(beforeGate(), submit))).status).toBe(401)
    expect(await guarded.count('submit once')).toBe(1)
    await expectRefused('proof-replayed', 1, before)
  })
})

/** A rightful call of the article's page that never arrives. */
async function keepBack(content: string): Promise<OverheardRequest> {
  const { url } = beforeArticle()
  const call = await openPage(url, content)
  return keep(beforeArticle(), () => callArticle(url, 'submit', call))
}

describe('3.23 the auth material of a call with other arguments', () => {
  it("succeeds on the article's scheme", async () => {
    const kept = await keepBack('pay ten')
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
    request.path.endsWith(submit)
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
    const kept = await keepBack('the report')
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
    const kept = await keepBack('wait-for-the-others')
    const all = Promise.all(Array.from({ length: 30 }, () => resend(article().url, kept, '127.0.0.9')))
    const done = () => journal.count('submit wait-for-the-others')
    await expect.poll(done, { timeout: 60_000 }).toBeGreaterThan(1)
    await journal.finish('wait-for-the-others')
    await all
    expect(await done()).toBeGreaterThan(1)
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
    for (const request of Object.values(wrong)) answers.push(await again(request))
    expect(answers[0]?.status).toBe(401)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    for (const code of Object.keys(wrong)) await expectRefused(code, 1, before.get(code) ?? 0)
  })
})
