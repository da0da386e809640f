/** Joining by invitation, with the real OPAQUE library at both ends. */
import { paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { opaqueHere, refusal, RigGate, spoiltStarts, type GateTwist } from './ceremony-rig.ts'
import { join, lookAtInvitation } from './join.ts'
import type { JoinOutcome } from './outcome.ts'

const invitation = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'
const password = 'Purple heron, ﬁve lamps'
const joining = { invitation, username: 'kenji', password }

async function attempt(twist: GateTwist = {}) {
  const gate = (await RigGate.make({}, twist)).is('kenji')
  return { gate, outcome: await join(joining, opaqueHere(), gate.post) }
}

test('two messages set the password, and contain nothing of it', async () => {
  const { gate, outcome } = await attempt()
  expect(outcome).toEqual({ kind: 'joined' })
  expect(gate.heard.map(({ path }) => path)).toEqual([paths.joinStart, paths.joinFinish])
  for (const { body } of gate.heard) expect(body).toMatchObject({ invitation })
  expect(JSON.stringify(gate.heard)).not.toMatch(/heron|lamps/)
  expect(gate.knows('kenji', password)).toBe(true)
  expect(gate.knows('kenji', password.normalize('NFKC'))).toBe(true)
  expect(gate.knows('kenji', 'another password')).toBe(false)
})

test.each(spoiltStarts)('%s in the answer ends it before a record is made', async (_, twist, outcome) => {
  const { gate, outcome: found } = await attempt(twist)
  expect(found).toEqual(outcome)
  expect(gate.heard).toHaveLength(1)
})

const answers: readonly [string, () => Response, JoinOutcome][] = [
  ['an invitation that is over', refusal(404, 'invitation-invalid'), { kind: 'invalid' }],
  ['a connection without HTTPS', refusal(403, 'registration-insecure'), { kind: 'insecure' }],
  ['a pace', refusal(429, 'login-paced'), { kind: 'paced', waitSeconds: 9 }],
  ['a busy gate', refusal(503, 'login-busy'), { kind: 'busy', waitSeconds: 9 }],
  ['a fault', refusal(500, 'refused'), { kind: 'faulty' }],
  ['a page that is no gate', () => new Response('<html>', { status: 404 }), { kind: 'faulty' }],
  ['a proxy without a gate', () => new Response('', { status: 502 }), { kind: 'unreachable' }],
]

test.each(answers)('%s has its own outcome, at each message', async (_, answer, outcome) => {
  for (const path of [paths.joinStart, paths.joinFinish])
    expect((await attempt({ answers: { [path]: answer } })).outcome).toEqual(outcome)
  expect(await lookAtInvitation(invitation, async () => Promise.resolve(answer()))).toEqual(outcome)
})

const looked = {
  username: 'kenji',
  purpose: 'join',
  expiresIn: 86_000,
  rules: { least: 15, composition: ['digit'], siteWords: ['gpu.example.org'] },
}

test('a look tells whose invitation it is and what a password must be', async () => {
  const post = async () => Promise.resolve(Response.json({ ...looked, extra: 1 }))
  expect(await lookAtInvitation(invitation, post)).toEqual({ kind: 'looked', invitation: looked })
})

test.each([
  {},
  { ...looked, username: '' },
  { ...looked, purpose: 'party' },
  { ...looked, expiresIn: -1 },
  { ...looked, rules: { ...looked.rules, least: 0 } },
  { ...looked, rules: { ...looked.rules, composition: ['emoji'] } },
  { ...looked, rules: { ...looked.rules, siteWords: [7] } },
])('a look with an answer that is not of the contract is none: %j', async (answer) => {
  const post = async () => Promise.resolve(Response.json(answer))
  expect(await lookAtInvitation(invitation, post)).toEqual({ kind: 'faulty' })
})

test('no answer at all is told as such', async () => {
  const post = async () => Promise.reject(new TypeError('Failed to fetch'))
  expect(await join(joining, opaqueHere(), post)).toEqual({ kind: 'unreachable' })
  expect(await lookAtInvitation(invitation, post)).toEqual({ kind: 'unreachable' })
})

test('whatever happens, the password is forgotten', async () => {
  for (const path of [paths.joinStart, 'nowhere']) {
    let forgotten = 0
    const gate = (await RigGate.make({}, { answers: { [path]: refusal(404, 'invitation-invalid') } })).is(
      'kenji',
    )
    await join(joining, { ...opaqueHere(), forget: () => void forgotten++ }, gate.post)
    expect(forgotten).toBe(1)
  }
})
