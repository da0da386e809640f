/** Changing the own password, with the real OPAQUE library at both ends. */
import { leastStretching, paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { opaqueHere, refusal, RigGate, spoiltStarts, type GateTwist } from './ceremony-rig.ts'
import { changePassword } from './change-password.ts'
import type { ChangeOutcome } from './outcome.ts'

const current = 'seven sleepy herons on ice'
const wanted = 'five purple lamps in a row'

async function attempt(twist: GateTwist = {}, typed = current) {
  const gate = (await RigGate.make({ kenji: current }, twist)).is('kenji')
  const change = { username: 'kenji', current: typed, wanted }
  return { gate, outcome: await changePassword(change, opaqueHere(), gate.post) }
}

test('three messages replace the password, and contain nothing of either', async () => {
  const { gate, outcome } = await attempt()
  expect(outcome).toEqual({ kind: 'changed' })
  expect(gate.heard.map(({ path }) => path)).toEqual([
    paths.passwordStart,
    paths.passwordProve,
    paths.passwordSet,
  ])
  expect(JSON.stringify(gate.heard)).not.toMatch(/heron|lamps/)
  expect(gate.knows('kenji', wanted)).toBe(true)
  expect(gate.knows('kenji', current)).toBe(false)
})

test('a wrong current password is noticed here, and nothing is changed', async () => {
  const { gate, outcome } = await attempt({}, 'seven sleepy herons on mud')
  expect(outcome).toEqual({ kind: 'wrong-current' })
  expect(gate.heard).toHaveLength(1)
  expect(gate.knows('kenji', current)).toBe(true)
})

test.each(spoiltStarts)('%s in the answer ends it before anything is computed', async (_, twist, outcome) => {
  const { gate, outcome: found } = await attempt(twist)
  expect(found).toEqual(outcome)
  expect(gate.heard).toHaveLength(1)
})

const everywhere: readonly [string, () => Response, ChangeOutcome][] = [
  ['a session that ended', refusal(401, 'refused'), { kind: 'signed-out' }],
  ['a connection without HTTPS', refusal(403, 'registration-insecure'), { kind: 'insecure' }],
  ['a pace', refusal(429, 'login-paced'), { kind: 'paced', waitSeconds: 9 }],
  ['a fault', refusal(500, 'refused'), { kind: 'faulty' }],
  ['a proxy without a gate', () => new Response('', { status: 502 }), { kind: 'unreachable' }],
]

test.each(everywhere)('%s has its own outcome, at each message', async (_, answer, outcome) => {
  for (const path of [paths.passwordStart, paths.passwordProve, paths.passwordSet]) {
    const { gate, outcome: found } = await attempt({ answers: { [path]: answer } })
    expect(found).toEqual(outcome)
    expect(gate.knows('kenji', current)).toBe(true)
  }
})

test('a refused proof is a wrong password; a refused ticket is not', async () => {
  const refused = refusal(401, 'login-failed')
  const proof = await attempt({ answers: { [paths.passwordProve]: refused } })
  expect(proof.outcome).toEqual({ kind: 'wrong-current' })
  const ticket = await attempt({ answers: { [paths.passwordSet]: refused } })
  expect(ticket.outcome).toEqual({ kind: 'faulty' })
})

test('an answer without a ticket is no answer', async () => {
  const answer = () =>
    Response.json({
      registrationResponse: 'abc',
      stretching: leastStretching,
      identifiers: { client: 'user:kenji', server: 'demo' },
    })
  const { gate, outcome } = await attempt({ answers: { [paths.passwordProve]: answer } })
  expect(outcome).toEqual({ kind: 'faulty' })
  expect(gate.heard).toHaveLength(2)
})
