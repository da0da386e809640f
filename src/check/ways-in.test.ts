/** Tests of the list of ways in, where no configuration file says how browsers reach the gate. */
import { expect, test } from 'vitest'
import { makeConfig } from '../config/make-config.ts'
import type { Reach } from '../users/reach.ts'
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
  openSessions: 0,
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
