/** Whatever breaks, nothing is forwarded that could not be judged and recorded. */
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import type { Gate } from '../../src/gate.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { startPath, type Path } from './start-path.ts'

let upstream: Upstream
let path: Path

async function start(change: (gate: Gate) => Partial<Gate>) {
  upstream = await startUpstream((_request, _message, response) => void response.end('{"secret":1}'))
  path = await startPath({ upstream, change })
  return path.signIn()
}

afterEach(async () => {
  await path.close()
  await upstream.close()
})

const boom = () => {
  throw new TypeError('detail that nobody outside may read')
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
        catalogue: {
          literal: new Map(),
          get templates(): never {
            return boom()
          },
        },
      }),
    ],
    ['session store', (gate) => ({ sessions: { ...gate.sessions, look: async () => boom() } })],
    ['policy', () => ({ policy: { decide: boom } })],
    [
      'policy engine',
      () => ({ policy: { decide: () => ({ allow: false, reason: 'engine-fault', policies: [] }) } }),
    ],
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
    ['upstream', () => ({ upstream: { dispatch: boom } })],
  ])('(%s) refuses, and says nothing of why', async (part, change) => {
    const { cookie } = await start((gate) => change(gate))
    const asked =
      part === 'limits'
        ? await request(`${path.url}/gradio_api/queue/join`, {
            method: 'POST',
            headers: { cookie, 'content-type': 'application/json' },
            body: '{}',
          }).then(async (answer) => ({ status: answer.statusCode, text: await answer.body.text() }))
        : await askConfig(cookie)
    expect(asked).toEqual({ status: 500, text: '{"detail":"Something went wrong."}' })
    expect(path.audit.codes).toEqual(['internal-fault'])
    expect(upstream.reached).toEqual([])
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
    const { cookie } = await start(() => ({
      policy: { decide: () => ({ allow: false, reason: 'no-policy', policies: [] }) },
    }))
    expect((await askConfig(cookie)).status).toBe(403)
    expect((await request(`${path.url}/.sekisho/login`)).statusCode).toBe(401)
    expect(upstream.reached).toEqual([])
  })
})
