/** What an asker is shown of the app: as much as they may call, and nothing where that can't be told. */
import { request } from 'undici'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PolicyEngine } from '../../src/policy/engine.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { describeSmallApp } from '../upstreams/small-config.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()

const describing = ['/', '/second', '/config', '/gradio_api/info', '/gradio_api/openapi.json']

async function ask(cookie: string, target: string) {
  const answer = await request(on.path.url + target, { headers: { cookie } })
  return { status: answer.statusCode, text: await answer.body.text() }
}

const away = { status: 502, text: '{"detail":"The app is not answering at the moment."}' }
const troubles = () =>
  on.path.audit.events.map((event) =>
    event.kind === 'request.refused' ? [event.code, event.because['reason']] : [event.kind],
  )

describe('a description of the app', () => {
  let policy: PolicyEngine
  beforeEach(async () => {
    const viewer = 'viewer: { given_to: [guests], call: [predict, report] }'
    policy = await loadPolicy({
      roles: rolesFrom(viewer, 'clerk: { given_to: [users], call: [predict], pages: ["/"] }'),
      files: [],
    })
  })

  it('holds what the asker may call and no more, side by side', async () => {
    const guest = await on.start(plain, { policy })
    const user = await on.path.signIn(await on.path.users.add('bob'))
    for (const target of ['/', '/config', '/gradio_api/info']) {
      const shown = [await ask(guest.cookie, target), await ask(user.cookie, target)]
      expect(shown.map(({ status }) => status)).toEqual([200, 200])
      expect(shown.map(({ text }) => [text.includes('predict'), text.includes('report')])).toEqual([
        [true, true],
        [true, false],
      ])
      for (const { text } of shown) expect(text).not.toContain('listen')
    }
    expect(on.path.audit.codes).toEqual([])
  })

  it('says to each their own name, though they see the same', async () => {
    const guest = await on.start(plain, { policy })
    const [bob, eve] = [await on.path.users.add('bob'), await on.path.users.add('eve')]
    const [first, second] = [await on.path.signIn(bob), await on.path.signIn(eve)]
    const names: unknown[] = []
    for (const { cookie } of [guest, first, second])
      names.push((JSON.parse((await ask(cookie, '/config')).text) as { username: unknown }).username)
    expect(new Set(names).size).toBe(3)
  })
})

it('how long a description would be for somebody else is nobody’s business', async () => {
  const policy = await loadPolicy({
    roles: rolesFrom('viewer: { given_to: [guests], mcp: true }'),
    files: [],
  })
  const { cookie } = await on.start(
    (_request, _message, response) => void response.writeHead(200, { 'content-length': '4711' }).end(),
    { policy },
  )
  const answer = await request(`${on.path.url}/gradio_api/mcp/schema`, {
    method: 'HEAD',
    headers: { cookie },
  })
  expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, undefined])
})

describe('an answer that can’t be cut down', () => {
  const bodies = {
    unreadable: '{"version":',
    twice: '{"app_id":1,"app_id":2}',
    stale: describeSmallApp('/config')?.body.replace('"app_id":1', '"app_id":2') ?? '',
    renumbered: describeSmallApp('/config')?.body.replace('"api_name":"predict"', '"api_name":"other"') ?? '',
    foreign: '<html>something else</html>',
  }
  it.each([
    ['/config', bodies.unreadable, 'view-unreadable'],
    ['/config', bodies.twice, 'view-unreadable'],
    ['/config', bodies.stale, 'view-stale'],
    ['/config', bodies.renumbered, 'view-stale'],
    ['/config', '[]', 'view-unknown-form'],
    ['/', bodies.foreign, 'view-unknown-form'],
    ['/second', bodies.foreign, 'view-unknown-form'],
    ['/gradio_api/info', '{}', 'view-unknown-form'],
    ['/gradio_api/openapi.json', '{}', 'view-unknown-form'],
  ])('is not shown at all: %s', async (target, body, reason) => {
    const { cookie } = await on.start((_request, _message, response) => void response.end(body))
    expect(await ask(cookie, target)).toEqual(away)
    expect(troubles()).toEqual([['upstream-broken', reason]])
  })

  it('is none that came compressed, although that was not asked for', async () => {
    const { cookie } = await on.start((_request, _message, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(describeSmallApp('/config')?.body)
    })
    expect(await ask(cookie, '/config')).toEqual(away)
    expect(troubles()).toEqual([['upstream-broken', 'view-unreadable']])
  })

  it('is none that breaks off', async () => {
    const { cookie } = await on.start((_request, _message, response) => {
      response.writeHead(200).write(describeSmallApp('/config')?.body.slice(0, 40), () => response.destroy())
    })
    expect(await ask(cookie, '/config')).toEqual(away)
    expect(on.path.audit.codes).toEqual(['upstream-broken'])
  })

  it.each(describing)('is nobody’s before it is known what the app is: %s', async (target) => {
    const { cookie } = await on.start(plain, {
      change: ({ app }) => ({ app: { ...app, model: undefined } }),
    })
    expect(await ask(cookie, target)).toEqual(away)
    expect(troubles()).toEqual([['upstream-down', 'away']])
    expect(on.upstream.reached).toEqual([])
  })
})

describe('a page', () => {
  it('that isn’t granted is refused, and one that isn’t declared is unknown', async () => {
    const policy = await loadPolicy({
      roles: rolesFrom('viewer: { given_to: [guests], call: "*", pages: ["/"] }'),
      files: [],
    })
    const { cookie } = await on.start(plain, { policy })
    expect((await ask(cookie, '/')).status).toBe(200)
    expect((await ask(cookie, '/second')).status).toBe(403)
    expect((await ask(cookie, '/?page=second')).status).toBe(403)
    expect((await ask(cookie, '/?page=third')).status).toBe(404)
    expect(on.path.audit.codes).toEqual(['policy-denied', 'policy-denied', 'object-unknown'])
    expect(on.upstream.reached).toHaveLength(1)
  })
})

describe('what a function says', () => {
  const secret = 'Traceback: /srv/app/db.py password=hunter2'
  it('of its exceptions is a number that the log resolves', async () => {
    const { cookie } = await on.start((_request, _message, response) => {
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: secret }))
    })
    const answer = await request(`${on.path.url}/gradio_api/run/predict`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: '{"data":["x"]}',
    })
    const text = await answer.body.text()
    expect(answer.statusCode).toBe(500)
    expect(text).not.toContain('hunter2')
    const withheld = on.path.audit.events.find(({ kind }) => kind === 'answer.withheld')
    expect(withheld).toMatchObject({ endpoint: 'predict', asker: { principal: 'guest' } })
    const reference = withheld !== undefined && 'reference' in withheld ? withheld.reference : undefined
    expect(reference).toMatch(/^\S{6,}$/)
    expect(text).toContain(reference)
  })
})
