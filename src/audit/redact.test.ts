/** What reaches the file of an event that somebody else filled in. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { granted, refusedTo } from '../../test/rig/trial-log.ts'
import { refusals, type RefusalCode } from '../refusals.ts'
import { Commitments } from './commitment.ts'
import { makeDraft } from './draft.ts'
import { makeApiToken } from '../tokens/token.ts'
import type { AuditEvent } from './event.ts'
import { harmless, redact } from './redact.ts'

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })

const recordOf = (event: AuditEvent) =>
  JSON.parse(`{${makeDraft(event, 0, new Commitments()).rest}`) as Record<string, unknown>

const refusedBecause = (because: Record<string, string | number | boolean>) =>
  ({ ...refusedTo('guest'), because }) as Extract<AuditEvent, { kind: 'request.refused' }>

describe('harmless text', () => {
  test('is cut, well-formed and free of what acts on a terminal, whatever comes in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 120 }),
        fc.integer({ min: 1, max: 80 }),
        (text, length) => {
          const made = harmless(text, length)
          expect(made.length).toBeLessThanOrEqual(length)
          expect(made.isWellFormed()).toBe(true)
          expect(made).not.toMatch(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
        },
      ),
    )
  })

  test('leaves ordinary text as it is', () => {
    expect(harmless('サインイン ok – 1.5', 80)).toBe('サインイン ok – 1.5')
  })
})

describe('the reasons of a refusal', () => {
  test('are at most eight, and each is short', () => {
    const because = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'long '.repeat(100)]))
    const written = recordOf(refusedBecause(because))['because'] as Record<string, string>
    expect(Object.keys(written)).toHaveLength(8)
    for (const value of Object.values(written)) expect(value.length).toBeLessThanOrEqual(120)
  })

  test.each([
    ['session_hash', 'a1b2c3d4e5f'],
    ['path', '/file=/tmp/x'],
    ['cookie', 'x=y'],
    ['passphrase', 'correct horse'],
    ['body', '{"data":[1]}'],
  ])('never say what stands under %s', (key, value) => {
    expect(recordOf(refusedBecause({ [key]: value }))['because']).toEqual({ [key]: '[withheld]' })
  })

  test('never hold a token, wherever it stands', () => {
    const token = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE'
    const text = JSON.stringify(recordOf(refusedBecause({ header: `Bearer ${token}` })))
    expect(text).toContain('Bearer [withheld]')
    expect(text).not.toContain(token)
  })

  test('keep words, numbers and answers', () => {
    const because = { header: 'content-length', limit: 10, known: true, odd: Number.NaN }
    expect(recordOf(refusedBecause(because))['because']).toEqual({ ...because, odd: -1 })
  })
})

test('a field that the event does not have is not written', () => {
  const smuggled: AuditEvent = Object.assign({ password: 'correct horse', path: '/x' }, granted('r1'))
  expect(Object.keys(recordOf(smuggled))).toEqual([
    'datetime',
    'appid',
    'event',
    'level',
    'description',
    'source_ip',
    'useragent',
    'principal',
    'session',
    'kind',
    'request_method',
    'request',
    'entry',
    'action',
    'status',
    'ms',
  ])
})

test('an API token that a client calls itself by, or that somebody typed for a name, is not written', () => {
  const text = makeApiToken().reveal()
  const asker = { principal: 'nobody', username: text.toLowerCase(), userAgent: `ci/1 (${text})` } as const
  const { personal } = makeDraft({ kind: 'login.started', asker, ceremony: 'c' }, 0, new Commitments())
  expect(personal.toLowerCase()).not.toContain(text.slice(8, 40).toLowerCase())
  expect(JSON.parse(personal)).toMatchObject({
    username: { value: '[withheld]' },
    useragent: { value: '[withheld]' },
  })
})

test('the address that a pace is kept by is not written', () => {
  const paced: AuditEvent = {
    kind: 'login.paced',
    asker: { principal: 'nobody' },
    bucket: 'address:192.0.2.1',
  }
  expect(redact(paced).fields).toEqual({ bucket: 'address' })
})

test('of the app, only scheme, host and port are written', () => {
  const started: AuditEvent = {
    kind: 'gate.started',
    version: '0.1.0',
    upstream: 'http://user:secret@127.0.0.1:7860/app?x=1',
    accepted: [],
  }
  expect(redact(started).fields).toMatchObject({ upstream: 'http://127.0.0.1:7860' })
})

test("a record speaks OWASP's vocabulary beside our own", () => {
  expect(recordOf(refusedTo('guest'))).toMatchObject({
    datetime: '1970-01-01T00:00:00.000Z',
    appid: 'sekisho',
    event: 'authz_fail:guest,viewPage',
    level: 'CRITICAL',
    request_method: 'GET',
    kind: 'request.refused',
    code: 'policy-denied',
  })
  const succeeded: AuditEvent = { kind: 'login.succeeded', asker: { principal: 'guest' }, ceremony: 'c' }
  expect(recordOf(succeeded)).toMatchObject({ event: 'authn_login_success:guest', level: 'INFO' })
})

test('every refusal has a word and a sentence of its own', () => {
  for (const code of Object.keys(refusals) as RefusalCode[]) {
    const { event, description } = recordOf({ ...refusedBecause({}), code })
    expect(event).toMatch(/^[a-z_]+:guest,viewPage$/)
    expect(description).toMatch(/^[A-Z].*\.$/)
  }
})

test("an exception's words stand beside the chain, which keeps only a commitment to them", () => {
  const withheld: AuditEvent = {
    ...{ kind: 'answer.withheld', request: 'r', asker: { principal: 'guest' }, what: 'error' },
    ...{ reference: '7K2M-Q0XD', text: 'no such person: alice@example.org' },
  }
  const { rest, personal } = makeDraft(withheld, 0, new Commitments())
  expect(rest).not.toContain('alice')
  expect(rest).toContain('"reference":"7K2M-Q0XD"')
  expect(JSON.parse(personal)).toMatchObject({ text: { value: 'no such person: alice@example.org' } })
})
