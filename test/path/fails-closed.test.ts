/** Whatever breaks, nothing is forwarded that could not be judged and recorded. */
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import type { Gate } from '../../src/gate.ts'
import { predictCall } from '../upstreams/small-config.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { startPath, type Path } from './start-path.ts'
import { plain, streaming } from './with-upstream.ts'

let upstream: Upstream
let path: Path

async function start(change: (gate: Gate) => Partial<Gate>, answer = plain) {
  upstream = await startUpstream(answer)
  path = await startPath({ upstream, change })
  return path.signIn()
}

afterEach(async () => {
  await path.close()
  await upstream.close()
})

const boomWords = 'detail that nobody outside may read'
const boom = () => {
  throw new TypeError(boomWords)
}
const fault = () => ({ allow: false, reason: 'engine-fault', policies: [] }) as const
const nothingSaid = { status: 500, text: '{"detail":"Something went wrong."}' }

/** The part as it is, but for one method. */
function breaking<Part extends object>(part: Part, method: keyof Part, broken: () => unknown = boom): Part {
  return new Proxy(part, {
    get(from, name) {
      if (name === method) return broken
      const value: unknown = Reflect.get(from, name)
      return typeof value === 'function' ? (value.bind(from) as unknown) : value
    },
  })
}

async function call(cookie: string) {
  const answer = await request(`${path.url}/gradio_api/queue/join`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: predictCall,
  })
  return { status: answer.statusCode, text: await answer.body.text() }
}

async function askConfig(cookie: string) {
  const answer = await request(`${path.url}/config`, { headers: { cookie } })
  return { status: answer.statusCode, text: await answer.body.text() }
}

describe('a broken part', () => {
  it.each<[string, (gate: Gate) => Partial<Gate>]>([
    [
      'catalogue',
      () => ({
        catalogues: {
          get '/gradio_api'(): never {
            return boom()
          },
          get ''(): never {
            return boom()
          },
        },
      }),
    ],
    ['session store', (gate) => ({ sessions: { ...gate.sessions, look: async () => boom() } })],
    ['policy, asked for the action', ({ policy }) => ({ policy: breaking(policy, 'mightPermit') })],
    ['policy, asked for the target', ({ policy }) => ({ policy: breaking(policy, 'decide') })],
    ['policy engine, for the action', ({ policy }) => ({ policy: breaking(policy, 'mightPermit', fault) })],
    ['policy engine, for the target', ({ policy }) => ({ policy: breaking(policy, 'decide', fault) })],
    ['app’s model', ({ app }) => ({ app: { ...app, settled: boom } })],
    ['upstream', () => ({ upstream: { dispatch: boom } })],
  ])('(%s) refuses, and says nothing of why', async (_part, change) => {
    const { cookie } = await start(change)
    expect(await askConfig(cookie)).toEqual(nothingSaid)
    expect(path.audit.codes).toEqual(['internal-fault'])
    expect(upstream.reached).toEqual([])
  })

  it.each<[string, (gate: Gate) => Partial<Gate>]>([
    [
      'limits',
      () => ({
        limits: {
          get callBytes(): never {
            return boom()
          },
          uploadBytes: 1,
        },
      }),
    ],
    ['ownership', ({ ownership }) => ({ ownership: breaking(ownership, 'nameSession') })],
    ['rendered functions', ({ app }) => ({ app: { ...app, rendered: breaking(app.rendered, 'endpoint') } })],
    ['inputs', () => ({ inputs: { judge: boom } })],
    ['limits of endpoints', (gate) => ({ endpointLimits: breaking(gate.endpointLimits, 'take') })],
    ['assertions', ({ assertions }) => ({ assertions: breaking(assertions, 'assertionFor') })],
  ])('(%s) refuses a call, and says nothing of why', async (_part, change) => {
    const { cookie } = await start(change)
    expect(await call(cookie)).toEqual(nothingSaid)
    expect(path.audit.codes).toEqual(['internal-fault'])
    expect(upstream.reached).toEqual([])
  })

  it.each<[string, Partial<Gate>, (cookie: string) => Promise<object>]>([
    ['what is shown of the app', { viewFor: () => boom }, askConfig],
    ['who finds out what is shown', { viewFor: boom }, askConfig],
    ['what looks at the answer', { tapsFor: () => [{ marks: [], take: boom }] }, call],
    ['who finds out what looks at the answer', { tapsFor: boom }, call],
  ])('(%s) holds the answer back', async (_part, broken, ask) => {
    const { cookie } = await start(() => broken)
    expect(await ask(cookie)).toEqual(nothingSaid)
    expect(path.audit.codes).toEqual(['internal-fault'])
    expect(upstream.reached).toHaveLength(1)
  })

  it.each<[string, Partial<Gate>, (cookie: string) => Promise<object>]>([
    ['who finds out what is shown', { viewFor: boom }, askConfig],
    ['who finds out what looks at the answer', { tapsFor: boom }, call],
  ])('(%s) lets the app go in the middle of its answer', async (_part, broken, ask) => {
    let left = 0
    const { cookie } = await start(
      () => broken,
      (_asked, _message, response) => {
        response.on('close', () => left++)
        response.writeHead(200, { 'content-type': 'application/json' }).write('{')
      },
    )
    expect(await ask(cookie)).toEqual(nothingSaid)
    await expect.poll(() => left).toBe(1)
  })

  it('(what looks at answers) cuts a stream, and the operator is told', async () => {
    const { cookie } = await start(() => ({ tapsFor: () => [{ marks: [], take: boom }] }), streaming)
    const stream = request(`${path.url}/gradio_api/queue/data?session_hash=a`, { headers: { cookie } })
    await expect(stream.then(({ body }) => body.text())).rejects.toThrow()
    expect(path.faults).toEqual([expect.objectContaining({ message: boomWords })])
    await expect
      .poll(() => path.audit.events.at(-1))
      .toMatchObject({ kind: 'stream.ended', why: 'upstream-broke' })
  })

  it('(audit log) refuses everything, before anything is forwarded', async () => {
    const { cookie } = await start(() => ({}))
    path.audit.writable = false
    expect(await askConfig(cookie)).toEqual({ status: 503, text: '{"detail":"Something went wrong."}' })
    expect(upstream.reached).toEqual([])
    path.audit.writable = true
    expect((await askConfig(cookie)).status).toBe(200)
  })

  it('(audit log) still lets people sign out', async () => {
    const { cookie } = await start(() => ({}))
    path.audit.writable = false
    const out = await request(`${path.url}/.sekisho/api/logout`, { method: 'POST', headers: { cookie } })
    expect(out.statusCode).toBe(204)
    expect(path.audit.events.map((event) => event.kind)).toEqual(['session.ended'])
    path.audit.writable = true
    expect((await askConfig(cookie)).status).toBe(401)
  })

  it('(audit log, breaking while the app answers) takes the answer back', async () => {
    const { cookie } = await start((gate) => ({
      upstream: {
        dispatch: (...given) => {
          path.audit.writable = false
          return gate.upstream.dispatch(...given)
        },
      },
    }))
    expect(await askConfig(cookie)).toEqual({ status: 503, text: '{"detail":"Something went wrong."}' })
  })

  it('(no policy) lets nobody do anything', async () => {
    const noPolicy = () => ({ allow: false, reason: 'no-policy', policies: [] }) as const
    const { cookie } = await start(() => ({
      policy: { mightPermit: noPolicy, decide: noPolicy },
    }))
    expect((await askConfig(cookie)).status).toBe(403)
    expect((await request(`${path.url}/.sekisho/login`)).statusCode).toBe(401)
    expect(upstream.reached).toEqual([])
  })
})
