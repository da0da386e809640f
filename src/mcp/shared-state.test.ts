import { expect, it } from 'vitest'
import type { Owner } from '../ownership/owner.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { leavesState, makeSharedState } from './shared-state.ts'

const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]

it('the State of tools is its first caller’s until the app starts anew, whichever gate is asked', async () => {
  const { meta } = makeMemoryStore(makeMemoryData())
  const [one, other] = [meta, meta].map((same) => makeSharedState({ meta: same, everybody: false }))
  expect(await one?.take(alice, 'start-1')).toBe(true)
  expect(await other?.take(bob, 'start-1')).toBe(false)
  expect(await other?.take(alice, 'start-1')).toBe(true)
  expect(await other?.take(bob, 'start-2')).toBe(true)
})

it('the State of tools is everybody’s where the operator says so', async () => {
  const { meta } = makeMemoryStore(makeMemoryData())
  const state = makeSharedState({ meta, everybody: true })
  expect(await state.take(alice, 'start-1')).toBe(true)
  expect(await state.take(bob, 'start-1')).toBe(true)
})

it.each([
  [true, true, true],
  [true, false, false],
  [false, true, false],
])('a tool leaves State behind only in the queue: stateful %j, queued %j', (stateful, queued, leaves) => {
  expect(leavesState({ stateful, queued })).toBe(leaves)
})
