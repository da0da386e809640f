/**
 * Whoever reaches the app beside its gate, from a neighbour's process or a machine in the same network, can send it any header.
 * An app that believes a name in a header runs whatever they ask for, as whomever they say. An app that checks the gate's
 * assertion answers nobody else; the lines that do so are those of examples/verify-gradio.
 */
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/loopback.ts'
import { AppWatch } from '../../src/app/watch-app.ts'
import { assertionHeader } from '../../src/contract/assertion.ts'
import { MemoryAudit } from '../path/start-path.ts'
import { askJson, ask } from '../rig/ask.ts'
import { bob, carol, makeAssertionRig, type AssertionRig } from '../rig/assertion-rig.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { logIn } from '../rig/log-in.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'
import { testPassword } from '../rig/test-gate.ts'

let app: GradioApp
let rig: AssertionRig
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const [port, keysAt] = [await freePort(), await freePort()]
  rig = makeAssertionRig(`http://127.0.0.1:${String(port)}`, keysAt)
  const env = { SEKISHO_JWKS: rig.jwksUrl, SEKISHO_AUDIENCE: `http://127.0.0.1:${String(port)}` }
  app = await startTestApp('verifying', { port, env })
  closers.push(() => app.stop())
})

afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

const run = (url: string, name: string, data: unknown[], headers: Record<string, string>) =>
  askJson(url, `/gradio_api/run/${name}`, { data }, { headers })

function watch(assertion?: () => Promise<string>, url = app.url): AppWatch {
  const upstream = new URL(url)
  const client = new Pool(upstream.origin)
  const parts = { client, upstream, accepted: [], audit: new MemoryAudit() }
  const watching = new AppWatch({ ...parts, ...(assertion && { assertion }) })
  closers.push(async () => {
    watching.close()
    await client.destroy()
  })
  return watching
}

it('an app that believes a header does what somebody says beside the gate', async () => {
  const careless = await startTestApp('careless')
  closers.push(() => careless.stop())
  const answer = await run(careless.url, 'whoami', [], { 'x-forwarded-user': 'carol' })
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('"forwarded_user":"carol"')
})

describe('before the keys can be fetched', () => {
  it('such an app answers nobody, and the gate is told that it has a login', async () => {
    expect((await ask(app.url, '/config')).status).toBe(401)
    await expect(watch().open()).rejects.toMatchObject({ code: 'app-unsafe' })
    const assertion = await rig.assertions.assertionFor(bob, Date.now())
    expect((await ask(app.url, '/config', { headers: { [assertionHeader]: assertion } })).status).toBe(401)
  })

  it('the gate waits until it serves them, and then finds the app fit', async () => {
    const watching = watch(() => rig.assertions.ownAssertion(Date.now()))
    await watching.open()
    expect(watching.state).toBe('away')
    await expect(watching.confirm()).rejects.toMatchObject({ code: 'app-login' })
    await rig.open()
    closers.push(() => rig.close())
    await watching.confirm()
    expect(watching.state).toBe('verified')
    expect(watching.facts?.gradio).toBe('6.31.0')
  })

  it('a gate whose assertions are for another app is told so', async () => {
    const other = makeAssertionRig('http://127.0.0.1:7', 7)
    const watching = watch(() => other.assertions.ownAssertion(Date.now()))
    await watching.open()
    await expect(watching.confirm()).rejects.toThrow(/assertion of the gate is welcome/)
  })
})

it('an app with passwords of its own is refused at once, whatever the gate says of itself', async () => {
  const careless = await startTestApp('careless', { env: { CARELESS_AUTH: '1' } })
  closers.push(() => careless.stop())
  const watching = watch(() => rig.assertions.ownAssertion(Date.now()), careless.url)
  await expect(watching.open()).rejects.toMatchObject({ code: 'app-unsafe' })
})

describe('an app that checks the assertion', () => {
  const as = async (principal: typeof bob) => ({
    [assertionHeader]: await rig.assertions.assertionFor(principal, Date.now()),
  })

  it('knows the user as request.username, and the claims inside the function', async () => {
    const answer = await run(app.url, 'whoami', [], await as(bob))
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({
      data: [{ username: 'bob', sub: 'user:u1', roles: ['viewer'] }],
    })
  })

  it('lets a function refuse whoever lacks the role', async () => {
    const denied = await run(app.url, 'salaries', ['May'], await as(bob))
    expect(denied.status).toBe(500)
    expect(denied.body).toContain('This is not for you.')
    const granted = await run(app.url, 'salaries', ['May'], await as(carol))
    expect(JSON.parse(granted.body)).toMatchObject({ data: ['salaries of May'] })
  })

  it('knows in the queue too, from the request that joined it', async () => {
    const headers = await as(carol)
    const joined = await askJson(app.url, '/gradio_api/call/salaries', { data: ['June'] }, { headers })
    const { event_id } = JSON.parse(joined.body) as { event_id: string }
    const { body } = await ask(app.url, `/gradio_api/call/salaries/${event_id}`, { headers: await as(bob) })
    expect(body).toContain('salaries of June')
  })

  it('answers 401 to every forgery, whatever is asked for', async () => {
    for (const [what, assertion] of Object.entries(await rig.forgeries())) {
      const headers = { [assertionHeader]: assertion, 'x-forwarded-user': 'carol' }
      const join = { fn_index: 1, data: ['May'], session_hash: 'abcdefghij1' }
      const answers = [
        await ask(app.url, '/config', { headers }),
        await ask(app.url, '/', { headers }),
        await run(app.url, 'salaries', ['May'], headers),
        await askJson(app.url, '/gradio_api/call/salaries', { data: ['May'] }, { headers }),
        await askJson(app.url, '/gradio_api/queue/join', join, {
          headers: { 'content-type': 'application/json', ...headers },
        }),
      ]
      expect([what, ...answers.map(({ status }) => status)]).toEqual([what, 401, 401, 401, 401, 401])
      expect(answers.map(({ body }) => body).join()).not.toContain('salaries of')
    }
  })
})

describe('through the gate', () => {
  let gate: GateHere
  let cookie: string

  beforeAll(async () => {
    const [port, appPort] = [await freePort(), await freePort()]
    const upstream = `http://127.0.0.1:${String(appPort)}`
    const env = {
      SEKISHO_JWKS: `http://127.0.0.1:${String(port)}/.sekisho/jwks.json`,
      SEKISHO_AUDIENCE: upstream,
    }
    const verifying = await startTestApp('verifying', { port: appPort, env })
    closers.push(() => verifying.stop())
    gate = await startGateHere({ upstream, config: { listen: { host: '127.0.0.1', port } } })
    closers.push(() => gate.stop())
    await gate.users.add('bob', testPassword, { roles: ['viewer'], attributes: {} })
    cookie = await logIn({ url: gate.url, username: 'bob', password: testPassword })
  })

  const whoami = async (headers: Record<string, string>) => {
    const origin = { origin: gate.url, 'sec-fetch-site': 'same-origin' }
    const { status, body } = await run(gate.url, 'whoami', [], { ...origin, ...headers })
    return { status, said: status === 200 ? (JSON.parse(body) as { data: unknown[] }).data[0] : body }
  }

  it('whoever signed in is known to the app by name', async () => {
    expect(await whoami({ cookie })).toMatchObject({
      status: 200,
      said: { username: 'bob', sub: expect.stringMatching(/^user:/) as unknown, roles: ['viewer'] },
    })
  })

  it('nobody speaks for anybody else by a header of theirs', async () => {
    for (const forged of Object.values(await rig.forgeries())) {
      const { said } = await whoami({ cookie, [assertionHeader]: forged, 'X-Sekisho-Assertion': forged })
      expect(said).toMatchObject({ username: 'bob' })
    }
    const own = await rig.assertions.assertionFor(carol, Date.now())
    expect((await whoami({ [assertionHeader]: own })).status).toBe(401)
  })

  it('somebody without a name is known by the session', async () => {
    const guest = await logIn({ url: gate.url, password: gate.password })
    expect(await whoami({ cookie: guest })).toMatchObject({
      said: { username: expect.stringMatching(/^session:/) as unknown, roles: [] },
    })
  })

  it('the app is found fit again after a restart of the gate', async () => {
    await gate.restart()
    expect(await whoami({ cookie })).toMatchObject({ status: 200 })
  })
})

it('an app that shows its request headers shows no assertion', async () => {
  const careless = await startTestApp('careless')
  closers.push(() => careless.stop())
  const sent = { [assertionHeader]: await rig.assertions.assertionFor(carol, Date.now()) }
  expect((await run(careless.url, 'whoami', [], sent)).body).toContain(sent[assertionHeader])

  await using gate = await startGateHere({ upstream: careless.url })
  const cookie = await logIn({ url: gate.url, password: gate.password })
  const headers = { cookie, origin: gate.url, 'sec-fetch-site': 'same-origin' }
  const at = '/gradio_api/call/whoami'
  const { body } = await askJson(gate.url, at, { data: [] }, { headers })
  const { event_id } = JSON.parse(body) as { event_id: string }
  const streamed = await ask(gate.url, `${at}/${event_id}`, { headers })
  const whole = await run(gate.url, 'whoami', [], headers)
  for (const shown of [streamed.body, whole.body]) {
    expect(shown).toMatch(/"x-sekisho-assertion": ?"\[assertion\]"/)
    expect(shown).not.toContain('eyJ0eXAi')
  }
})
