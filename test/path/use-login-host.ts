/** A host of its own for the login, behind a proxy that ends TLS, and who comes by it. */
import { ready } from '@serenity-kit/opaque'
import { beforeEach, expect } from 'vitest'
import { paths, type LoginHandedOver, type LoginStarted } from '../../src/contract/contract.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { ask, type Asked, type Asking } from '../rig/ask.ts'
import { cookieHeaderOf } from '../rig/log-in.ts'
import { beginProof } from '../rig/opaque-client.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { Signer } from '../rig/signer.ts'
import { plain, useUpstream } from './with-upstream.ts'

export const password = 'a lighthouse for bob'
const navigating = { 'sec-fetch-mode': 'navigate' }

interface Typed {
  readonly start: string
  readonly finish: string
  /** Sent with either message. */
  readonly beside?: object
  readonly last?: (sessionKey: string) => object
  /** Fields of both requests. */
  readonly more?: Readonly<Record<string, string>>
}

export function useLoginHost() {
  const standing = useUpstream()

  beforeEach(async () => {
    await ready
    const roles = rolesFrom(
      'all: { given_to: [users], call: [predict] }',
      'recent: { given_to: [users], monitoring: true, when: { auth_age: 5m } }',
      'each: { given_to: [users], call: [report], when: { fresh: call } }',
    )
    await standing.start(plain, {
      policy: await loadPolicy({ roles, files: [] }),
      hosts: ['app.test', 'other.test', 'login.test'],
      trustedProxies: ['127.0.0.1/32'],
      loginHost: { name: 'login.test', apps: ['app.test', 'other.test'] },
    })
    await standing.path.users.add('bob', password)
  })

  /** The same name, as the root of all names has it. */
  const dotted = (name: string) => ({ host: `${name}.test.:${String(standing.path.port)}` })
  const host = (name: string) => `${name}.test:${String(standing.path.port)}`
  const origin = (name: string) => `https://${host(name)}`
  const at = (name: string, more: Readonly<Record<string, string>> = {}) => ({
    headers: { host: host(name), 'x-forwarded-proto': 'https', ...more },
  })
  /** Who came in with which cookie: signed as under the name that a browser sees, which the proxy tells. */
  const signers = new Map<string, Signer>()

  async function signed(name: string, path: string, method: string, asking: Asking): Promise<Asking> {
    const cookie = asking.headers?.['cookie'] ?? ''
    const signer = signers.get(cookie)
    if (signer === undefined || asking.unsigned === true) return { ...asking, unsigned: true }
    const { url } = standing.path
    signer.hear((await ask(url, paths.challenge, { ...at(name, { cookie }), unsigned: true })).headers)
    const { body } = asking
    const fields = signer.sign({ method, origin: origin(name), path, ...(body !== undefined && { body }) })
    return { ...asking, headers: { ...asking.headers, ...fields }, unsigned: true }
  }

  async function look(
    name: string,
    path: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Asked> {
    return ask(standing.path.url, path, await signed(name, path, 'GET', at(name, { ...navigating, ...more })))
  }

  async function send(
    name: string,
    path: string,
    message: object,
    more: Readonly<Record<string, string>> = {},
    unsigned = false,
  ): Promise<Asked> {
    const fields = at(name, { 'content-type': 'application/json', ...more })
    const asking = { ...fields, method: 'POST', body: JSON.stringify(message), unsigned }
    return ask(standing.path.url, path, await signed(name, path, 'POST', asking))
  }

  /** OPAQUE at the login host: the answer to the last message. */
  async function type(typed: string, { start, finish, beside, last, more }: Typed): Promise<Asked> {
    const login = beginProof(typed)
    const first = { startLoginRequest: login.startLoginRequest, ...beside }
    const started = await send('login', start, first, more)
    const proof = login.finish(JSON.parse(started.body) as LoginStarted)
    if (proof === undefined) throw new TypeError('The password is wrong.')
    return send('login', finish, { ...proof.message, ...last?.(proof.sessionKey) }, more)
  }

  /** Signs in there for an app whose page has made this key. */
  async function codeFor(signer: Signer, app = origin('app')): Promise<string> {
    const finished = await type(password, {
      ...{ start: paths.loginStart, finish: paths.loginFinish, beside: { username: 'bob' } },
      last: (sessionKey) => ({ key: signer.offer(sessionKey, app), for: app }),
    })
    expect(finished.status).toBe(200)
    return (JSON.parse(finished.body) as LoginHandedOver).code
  }

  async function comeIn({ trip = new Signer(), signer = new Signer() } = {}): Promise<string> {
    const message = trip.enter(await codeFor(trip), origin('app'), signer)
    const entered = await send('app', paths.enterApi, message)
    expect(entered.status).toBe(204)
    const cookie = cookieHeaderOf(entered.setCookies)
    signers.set(cookie, signer)
    return cookie
  }

  const whys = () =>
    standing.path.audit.events.flatMap((event) => (event.kind === 'login.refused' ? [event.why] : []))

  /** The password once more, by the ticket alone. `more`: fields of both requests. */
  const confirm = (ticket: string, more: Readonly<Record<string, string>> = {}) =>
    type(password, {
      ...{ start: paths.awayStart, finish: paths.awayFinish, beside: { ticket }, last: () => ({ ticket }) },
      more,
    })

  return { standing, signers, dotted, origin, at, signed, look, send, type, codeFor, comeIn, confirm, whys }
}
