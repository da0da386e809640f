/** Giving the password again, with the real OPAQUE library at both ends. */
import { paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { opaqueHere, refusal, RigGate, spoiltStarts, type GateTwist } from './ceremony-rig.ts'
import { askWhatFor, atLoginHost, besideApp, confirm, type ConfirmOutcome } from './confirm.ts'

const password = 'seven sleepy herons on ice'
const ticket = 'dGlja2V0'

async function attempt(twist: GateTwist = {}, typed = password, username: string | undefined = 'kenji') {
  const gate = (await RigGate.make({ kenji: password, '': password }, twist)).is(username ?? '')
  return {
    gate,
    outcome: await confirm({ at: besideApp, ticket, username, password: typed }, opaqueHere(), gate.post),
  }
}

test('two messages for the ticket give the code, and contain nothing of the password', async () => {
  const { gate, outcome } = await attempt()
  expect(outcome).toEqual({ kind: 'confirmed', code: 'Y29kZQ' })
  expect(gate.heard.map(({ path }) => path)).toEqual([paths.confirmStart, paths.confirmFinish])
  for (const { body } of gate.heard) expect(body).toMatchObject({ ticket })
  expect(JSON.stringify(gate.heard)).not.toMatch(/heron/)
})

test('enrols no key: the session has one', async () => {
  const { gate } = await attempt()
  expect(Object.keys(gate.heard.at(-1)?.body ?? {})).toEqual(['finishLoginRequest', 'state', 'ticket'])
})

test('a wrong password is noticed here, and nothing more is sent', async () => {
  const { gate, outcome } = await attempt({}, 'seven sleepy herons on mud')
  expect(outcome).toEqual({ kind: 'wrong-password' })
  expect(gate.heard).toHaveLength(1)
})

test.each(spoiltStarts)('%s in the answer ends it before anything is computed', async (_, twist, outcome) => {
  const { gate, outcome: found } = await attempt(twist)
  expect(found).toEqual(outcome)
  expect(gate.heard).toHaveLength(1)
})

test.each<[string, () => Response, ConfirmOutcome]>([
  ['a ticket that is over', refusal(403, 'ticket-over'), { kind: 'over' }],
  ['a ticket that is none', refusal(403, 'ticket-invalid'), { kind: 'never-asked' }],
  ['a proof that isn’t taken', refusal(401, 'login-failed'), { kind: 'wrong-password' }],
  ['a session that ended', refusal(401, 'refused'), { kind: 'signed-out' }],
  ['a pace', refusal(429, 'login-paced'), { kind: 'paced', waitSeconds: 9 }],
  ['a proxy without a gate', () => new Response('', { status: 502 }), { kind: 'unreachable' }],
])('%s has its own outcome, at each message', async (_, answer, outcome) => {
  for (const path of [paths.confirmStart, paths.confirmFinish])
    expect((await attempt({ answers: { [path]: answer } })).outcome).toEqual(outcome)
})

test.each([[null], ['x'], [{ code: 7 }]])('an answer of another shape confirms nothing: %j', async (body) => {
  const answers = { [paths.confirmFinish]: () => Response.json(body) }
  expect((await attempt({ answers })).outcome).toEqual({ kind: 'faulty' })
})

const look = (answer: () => Response) =>
  askWhatFor({ at: besideApp, ticket }, async (path, body) => {
    expect([path, body]).toEqual([paths.confirmLook, { ticket }])
    return Promise.resolve(answer())
  })

test('what it is for is told first', async () => {
  const looked = { what: 'call', endpoint: 'delete_all', username: 'kenji' }
  expect(await look(() => Response.json(looked))).toEqual({ kind: 'asked', ...looked })
  expect(await look(() => Response.json({ what: 'age' }))).toEqual({ kind: 'asked', what: 'age' })
  expect(await look(refusal(403, 'ticket-over'))).toEqual({ kind: 'over' })
  expect(await look(refusal(403, 'ticket-invalid'))).toEqual({ kind: 'never-asked' })
  expect(await look(refusal(401, 'refused'))).toEqual({ kind: 'signed-out' })
  for (const odd of [null, {}, { what: 'money' }, { what: 'call', endpoint: 7 }])
    expect(await look(() => Response.json(odd))).toEqual({ kind: 'faulty' })
})

test('at a login host the messages go to paths of their own', async () => {
  const gate = await RigGate.make({}, { answers: { [paths.awayStart]: refusal(403, 'ticket-over') } })
  const confirming = { at: atLoginHost, ticket, username: undefined, password }
  expect(await confirm(confirming, opaqueHere(), gate.post)).toEqual({ kind: 'over' })
  expect(gate.heard.map(({ path }) => path)).toEqual([paths.awayStart])
})
