/** The challenge travels in a header field alone: no page that goes through the gate has it, the gate's own real ones neither. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { challengeField, parseChallenge } from '../../src/contract/proof.ts'
import { ask } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { logIn } from '../rig/log-in.ts'
import { findSigner } from '../rig/signer.ts'
import { startSmallGradio, type SmallGradio } from '../upstreams/small-gradio.ts'

const password = 'a lighthouse for bob'
let [app, gate, cookie]: [SmallGradio, GateHere, string] = [] as never

beforeAll(async () => {
  app = await startSmallGradio()
  gate = await startGateHere({ upstream: app.url.href })
  await gate.users.add('bob', password)
  cookie = await logIn({ url: gate.url, password, username: 'bob' })
})

afterAll(async () => {
  await gate?.stop()
  await app?.close()
})

/** As a page would be opened if browsers signed that: the answer brings a challenge, since the epoch is old. */
async function open(path: string, more: Readonly<Record<string, string>> = {}) {
  const signer = findSigner(gate.url, cookie) ?? expect.fail('nobody signed in')
  const given = await ask(gate.url, paths.challenge, { headers: { cookie }, unsigned: true })
  signer.hear(given.headers)
  gate.clock.advance(160_000)
  const headers = {
    ...{ cookie, accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ...signer.sign({ method: 'GET', origin: gate.url, path }),
    ...more,
  }
  const page = await ask(gate.url, path, { headers, unsigned: true })
  const challenges = [given, page].map(({ headers: { [challengeField]: field } }) =>
    parseChallenge(String(field)),
  )
  return { page, secrets: challenges.flatMap((one) => (one === undefined ? [] : [one.epoch, one.keyid])) }
}

it.each<[string, number, string, Readonly<Record<string, string>>?]>([
  ['the app', 200, '/'],
  ['the login', 200, `${paths.login}?again`],
  ['an invitation', 200, paths.join],
  ['the account', 200, paths.account],
  ['the confirmation', 200, paths.confirm],
  ['what isn’t there', 404, '/no/such/page'],
  ['a login for another site', 404, `${paths.login}?for=https%3A%2F%2Fevil.test`],
  ['a signature that is refused', 401, '/', { signature: 'sekisho=:AAAA:' }],
])('the page of %s has none, and its header has one', async (_, status, path, more) => {
  const { page, secrets } = await open(path, more)
  expect([page.status, page.headers['content-type']?.split(';')[0]]).toEqual([status, 'text/html'])
  expect(page.body).toContain('<html')
  // The one it was asked with, and the one it brings, each with the key's name.
  expect(new Set(secrets).size).toBe(3)
  expect(secrets).toHaveLength(4)
  expect(secrets.filter((secret) => page.body.includes(secret))).toEqual([])
})
