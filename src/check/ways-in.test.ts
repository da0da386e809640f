/** Tests of the list of ways in, where no configuration file says how browsers reach the gate. */
import { expect, test } from 'vitest'
import { makeConfig } from '../config/make-config.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { sessionRow, start } from '../store/sample-rows.contract.ts'
import type { Reach } from '../users/reach.ts'
import { readKept } from './read-kept.ts'
import { waysIn } from './ways-in.ts'

const config = makeConfig(
  undefined,
  { upstream: 'http://127.0.0.1:7860' },
  { cwd: '/w', home: '/h', env: {} },
)
const nothing = {
  passwords: [],
  users: 0,
  usersWithoutPassword: 0,
  tokens: [],
  openSessions: { keyed: 0, readable: 0, keyless: 0 },
  openInvitations: 0,
}
const listener = (reach?: Reach) =>
  waysIn(config, { kept: { ...nothing, ...(reach && { reach }) }, hasConfigFile: false })[0]

test('without a configuration file it is what the gate said of itself when it last started', () => {
  expect(listener({ origin: 'https://demo.example.org', insecure: false })).toMatchObject({
    way: 'browsers at https://demo.example.org',
    strength: 'strong',
  })
  expect(listener({ origin: 'http://127.0.0.1:8484', insecure: false })?.guard).toContain('this machine only')
  expect(listener({ insecure: true })).toMatchObject({ way: 'browsers', strength: 'weak' })
})

test('and not known where no gate has started', () => {
  expect(listener()).toMatchObject({
    way: 'browsers',
    strength: 'fair',
    guard: expect.stringContaining('not known') as string,
  })
})

test('a token is strong that is bound to a key and expires', () => {
  const day = 86_400_000
  const proofKey = { alg: 'ecdsa-p256-sha256', keyid: 'k', key: 'k' } as const
  const tokens = [
    { name: 'plain', createdAt: 0, expiresAt: day },
    { name: 'bound', createdAt: 0, expiresAt: day, lastUsedAt: 0, proofKey },
    { name: 'for ever', createdAt: 0, proofKey },
  ]
  expect(waysIn(config, { kept: { ...nothing, tokens }, hasConfigFile: false }).slice(1, 4)).toEqual([
    {
      way: 'API token plain',
      guard: 'good for whoever has a copy; expires 1970-01-02; never used',
      strength: 'fair',
    },
    {
      way: 'API token bound',
      guard: 'bound to a key; expires 1970-01-02; last used 1970-01-01',
      strength: 'strong',
    },
    { way: 'API token for ever', guard: 'bound to a key; never expires; never used', strength: 'fair' },
  ])
})

test('browsers are told apart by the key that they sign with', async () => {
  const store = makeMemoryStore()
  const [ecdsa, hmac] = ['ecdsa-p256-sha256' as const, 'hmac-sha256' as const]
  for (const [n, alg] of [ecdsa, hmac, ecdsa, undefined, ecdsa, hmac].entries()) {
    const proofKey = alg && { alg, keyid: 'k', key: 'k' }
    await store.sessions.insert(sessionRow(String(n), proofKey && { proofKey }))
  }
  const kept = await readKept(store, start)
  const ways = waysIn(config, { kept, hasConfigFile: false }).slice(1, -1)
  expect(ways.map(({ way, strength }) => `${way}: ${strength}`)).toEqual([
    'browsers signed in: 3: strong',
    'browsers signed in over plain HTTP: 2: weak',
    'browsers signed in without a key: 1: fair',
  ])
})
