/** What a call may name and bring: functions that there are, things of one's own, sound inputs. Answer and record of each no. */
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { parseInputRules } from '../../src/config/parse-input-rules.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { predictCall } from '../upstreams/small-config.ts'
import { plain, streaming, useUpstream } from './with-upstream.ts'

const on = useUpstream()
const api = '/gradio_api'
const notFound = { status: 404, text: '{"detail":"Not found."}' }
const noAccess = { status: 403, text: '{"detail":"You do not have access to this."}' }
const notUnderstood = { status: 400, text: '{"detail":"The request was not understood."}' }

async function ask(cookie: string, target: string, body?: string) {
  const answer = await request(on.path.url + api + target, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  })
  return { status: answer.statusCode, text: await answer.body.text() }
}

/** Of the refusals so far: code, entry and the facts for the log. */
const refused = () =>
  on.path.audit.events.flatMap((event) =>
    event.kind === 'request.refused'
      ? [{ code: event.code, entry: event.entry, because: event.because }]
      : [],
  )

describe('a function that the app doesn’t have', () => {
  it.each([
    ['/queue/join', '{"data":["x"],"fn_index":9,"session_hash":"abc"}', 'queue.join'],
    ['/run/nothing', '{"data":["x"]}', 'call.run'],
    ['/run/predict', '{"data":["x"],"fn_index":9}', 'call.run'],
    ['/api/nothing/', '{"data":["x"]}', 'call.api'],
    ['/call/nothing', '{"data":["x"]}', 'call.start'],
    ['/call/v2/nothing', '{"text":"x"}', 'call.v2'],
    [
      '/component_server',
      '{"component_id":5,"fn_name":"rm","session_hash":"abc","data":[]}',
      'component.call',
    ],
    [
      '/component_server',
      '{"component_id":9,"fn_name":"ls","session_hash":"abc","data":[]}',
      'component.call',
    ],
  ])('is refused as one that isn’t granted: %s %s', async (target, body, entry) => {
    const { cookie } = await on.start(plain)
    expect(await ask(cookie, target, body)).toEqual(noAccess)
    expect(refused()).toEqual([{ code: 'endpoint-unknown', entry, because: {} }])
    expect(on.upstream.reached).toEqual([])
  })

  it('is answered exactly as one that a role may not call', async () => {
    const policy = await loadPolicy({
      roles: rolesFrom('viewer: { given_to: [guests], call: [predict] }'),
      files: [],
    })
    const { cookie } = await on.start(plain, { policy })
    const calling = (name: string) => ask(cookie, `/call/${name}`, '{"data":["x"]}')
    expect([await calling('report'), await calling('nothing')]).toEqual([noAccess, noAccess])
    expect((await calling('predict')).status).toBe(200)
    expect(on.path.audit.codes).toEqual(['policy-denied', 'endpoint-unknown'])
    expect(on.upstream.reached).toHaveLength(1)
  })

  it('hides behind no other’s name', async () => {
    const { cookie } = await on.start(plain)
    expect(await ask(cookie, '/run/show', '{"data":["x"],"fn_index":0}')).toEqual(notUnderstood)
    expect(refused()).toEqual([{ code: 'body-invalid', entry: 'call.run', because: { field: 'fn_index' } }])
    expect(on.upstream.reached).toEqual([])
  })
})

describe('a body that could be read in two ways', () => {
  it.each([
    ['a key twice', '{"data":["x"],"fn_index":0,"fn_index":3,"session_hash":"abc"}'],
    ['a key twice, once escaped', '{"data":["x"],"fn_index":0,"fn\\u005findex":3,"session_hash":"abc"}'],
    ['text after it', `${predictCall}{}`],
    ['a number that is a text', '{"data":["x"],"fn_index":"0","session_hash":"abc"}'],
    ['a number that is a truth', '{"data":["x"],"fn_index":false,"session_hash":"abc"}'],
    ['a number with a fraction', '{"data":["x"],"fn_index":0.0,"session_hash":"abc"}'],
    ['too few inputs', '{"data":[],"fn_index":0,"session_hash":"abc"}'],
    ['no session', '{"data":["x"],"fn_index":0}'],
    ['a list in the place of the object', `[${predictCall}]`],
  ])('is refused: %s', async (_what, body) => {
    const { cookie } = await on.start(plain)
    expect(await ask(cookie, '/queue/join', body)).toEqual(notUnderstood)
    expect(on.path.audit.codes).toEqual(['body-invalid'])
    expect(on.upstream.reached).toEqual([])
  })
})

describe('a session of somebody else’s', () => {
  const foreign: readonly (readonly [string, (hash: string) => readonly [string, string?]])[] = [
    ['queue.data', (hash) => [`/queue/data?session_hash=${hash}`]],
    ['session.hold', (hash) => [`/heartbeat/${hash}`]],
    ['state.export', (hash) => [`/deep_link?session_hash=${hash}`]],
    ['media.playlist', (hash) => [`/stream/${hash}/1/2/playlist.m3u8`]],
    ['queue.join', (hash) => ['/queue/join', `{"data":["x"],"fn_index":0,"session_hash":"${hash}"}`]],
    ['call.run', (hash) => ['/run/predict', `{"data":["x"],"session_hash":"${hash}"}`]],
    ['call.start', (hash) => ['/call/predict', `{"data":["x"],"session_hash":"${hash}"}`]],
    [
      'component.call',
      (hash) => ['/component_server', `{"component_id":5,"fn_name":"ls","session_hash":"${hash}","data":[]}`],
    ],
  ]

  it.each(foreign)('in the form that the app knows is no session: %s', async (entry, asking) => {
    const alice = await on.start(streaming)
    const bob = await on.path.signIn()
    const own = on.path.ownership.nameSession(alice.owner, 'abc')?.upstream ?? ''
    const changed = `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`
    expect(await ask(bob.cookie, ...asking(own))).toEqual(notFound)
    expect(await ask(alice.cookie, ...asking(changed))).toEqual(notFound)
    const record = { code: 'object-unknown', entry, because: { object: 'session', foreign: false } }
    expect(refused()).toEqual([record, record])
    expect(on.upstream.reached).toEqual([])
  })

  it('by the client’s name is another one to the app', async () => {
    const alice = await on.start(plain)
    const bob = await on.path.signIn()
    for (const { cookie } of [alice, bob]) await ask(cookie, '/queue/join', predictCall)
    const names = on.upstream.reached.map(
      ({ body }) => (JSON.parse(body) as { session_hash: string }).session_hash,
    )
    expect(names).toEqual(
      [alice, bob].map(({ owner }) => on.path.ownership.nameSession(owner, 'abc')?.upstream),
    )
    expect(names[0]).not.toBe(names[1])
  })
})

describe('an event of somebody else’s', () => {
  const named = '"fn_index":0,"session_hash":"abc"'
  it.each([
    ['/call/predict/EVENT'],
    ['/call/v2/predict/EVENT'],
    ['/cancel', `{"event_id":"EVENT",${named}}`],
    ['/reset', '{"event_id":"EVENT"}'],
    ['/stream/EVENT', `{"data":["x"],${named}}`],
    ['/stream/EVENT/close', '{}'],
  ])('is answered like one that never was, and recorded: %s', async (target, body?: string) => {
    const alice = await on.start(({ target: asked }, _message, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(asked.includes('/queue/join') ? '{"event_id":"e1"}' : 'null')
    })
    const bob = await on.path.signIn()
    expect((await ask(alice.cookie, '/queue/join', predictCall)).status).toBe(200)
    on.upstream.reached.length = 0
    const asking = (cookie: string, event: string) =>
      ask(cookie, target.replace('EVENT', event), body?.replace('EVENT', event))
    expect([await asking(bob.cookie, 'e1'), await asking(bob.cookie, 'e2')]).toEqual([notFound, notFound])
    expect(refused().map(({ code, because }) => [code, because])).toEqual([
      ['object-unknown', { object: 'event', foreign: true }],
      ['object-unknown', { object: 'event', foreign: false }],
    ])
    expect(on.upstream.reached).toEqual([])
  })

  it('stays one’s own for whoever asked for it', async () => {
    const { cookie, owner } = await on.start(plain)
    const session = on.path.ownership.nameSession(owner, 'abc')?.upstream ?? ''
    await on.path.ownership.noteEvent({ id: 'e1', owner, endpoint: 0, endpointName: 'predict', session })
    expect((await ask(cookie, '/cancel', `{"event_id":"e1",${named}}`)).status).toBe(200)
    // Gradio ends what any one of the three names, so none of them may be another's.
    for (const other of ['"fn_index":3,"session_hash":"abc"', '"fn_index":0,"session_hash":"xyz"'])
      expect(await ask(cookie, '/cancel', `{"event_id":"e1",${other}}`)).toEqual(notFound)
    expect(on.upstream.reached).toHaveLength(1)
  })
})

describe('a file of somebody else’s', () => {
  const path = '/tmp/gradio/0/a.txt'
  const shown = (cookie: string, one: string) =>
    ask(cookie, '/call/show', JSON.stringify({ data: [{ path: one, meta: { _type: 'gradio.FileData' } }] }))

  it('is answered like one that never was, read or handed to a function', async () => {
    const alice = await on.start(plain)
    const bob = await on.path.signIn()
    await on.path.ownership.noteFiles(alice.owner, [path])
    for (const one of [path, '/tmp/gradio/0/none.txt']) {
      expect(await ask(bob.cookie, `/file=${one}`)).toEqual(notFound)
      expect(await shown(bob.cookie, one)).toEqual(notFound)
    }
    const file = (foreign: boolean) => ({ code: 'object-unknown', because: { object: 'file', foreign } })
    expect(refused().filter(({ entry }) => entry === 'call.start')).toMatchObject([file(true), file(false)])
    expect(refused().filter(({ entry }) => entry === 'file.read')).toMatchObject([file(true), file(false)])
    expect(on.upstream.reached).toEqual([])
    expect([
      (await ask(alice.cookie, `/file=${path}`)).status,
      (await shown(alice.cookie, path)).status,
    ]).toEqual([200, 200])
  })

  it('is one’s own by the answer that brought it, and only then', async () => {
    const body = 'x'
    const { cookie } = await on.start(({ target }, _message, response) => {
      const answer = target.includes('/run/')
        ? `{"data":[{"path":"${path}","meta":{"_type":"gradio.FileData"}}]}`
        : '{}'
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
    })
    // A function from text to text says what it likes; it gives nobody a file.
    await ask(cookie, '/run/predict', `{"data":["${body}"]}`)
    expect(await ask(cookie, `/file=${path}`)).toEqual(notFound)
    await ask(cookie, '/run/show', '{"data":[null]}')
    expect((await ask(cookie, `/file=${path}`)).status).toBe(200)
  })
})

describe('an input that isn’t what it must be', () => {
  it('is named by its label to the asker and by its shape in the log, and goes nowhere', async () => {
    const { cookie } = await on.start(plain)
    const { status, text } = await ask(cookie, '/call/predict', '{"data":[{"secret":"hunter2"}]}')
    expect(status).toBe(422)
    const verdict = {
      ...{ __type__: 'validate', is_valid: false, parameter_name: 'Text' },
      message: 'This input is not allowed. (Text)',
    }
    expect(JSON.parse(text)).toEqual({ detail: [verdict], error: [verdict] })
    expect(refused()).toMatchObject([
      { code: 'input-invalid', because: { endpoint: 'predict', input: 'Text', why: 'type' } },
    ])
    expect(JSON.stringify(on.path.audit.events)).not.toContain('hunter2')
    expect(on.upstream.reached).toEqual([])
  })

  it('is refused by a rule of the operator’s', async () => {
    const { read: inputs } = parseInputRules({ predict: { text: { pattern: '[a-z]{1,8}' } } })
    const { cookie } = await on.start(plain, { config: { inputs } })
    const calling = (word: string) => ask(cookie, '/call/predict', JSON.stringify({ data: [word] }))
    expect([(await calling('kiosk')).status, (await calling("x' OR 1=1")).status]).toEqual([200, 422])
    expect(refused()).toMatchObject([{ code: 'input-invalid', because: { input: 'Text', why: 'pattern' } }])
    expect(on.upstream.reached).toHaveLength(1)
  })
})

describe('calls beyond the limit of an endpoint', () => {
  it('are told when to come again, each owner for themselves', async () => {
    const endpoints = [{ pattern: 'predict', rate: { burst: 1, intervalMs: 60_000 } }]
    const alice = await on.start(plain, { config: { limits: { ...defaults.limits, endpoints } } })
    const bob = await on.path.signIn()
    const calling = (cookie: string) => ask(cookie, '/run/predict', '{"data":["x"]}')
    expect((await calling(alice.cookie)).status).toBe(200)
    expect(await calling(alice.cookie)).toEqual({
      status: 429,
      text: '{"detail":"Too many calls. Please wait."}',
    })
    expect((await calling(bob.cookie)).status).toBe(200)
    expect(refused()).toEqual([
      { code: 'endpoint-paced', entry: 'call.run', because: { endpoint: 'predict', why: 'rate' } },
    ])
    expect(on.upstream.reached).toHaveLength(2)
  })

  it('are too large for it, though not for the gate', async () => {
    const endpoints = [{ pattern: 'pre*', bodyBytes: 100 }]
    const { cookie } = await on.start(plain, { config: { limits: { ...defaults.limits, endpoints } } })
    const { status } = await ask(cookie, '/run/predict', JSON.stringify({ data: ['x'.repeat(100)] }))
    expect([status, on.path.audit.codes]).toEqual([413, ['body-large']])
    expect(on.upstream.reached).toEqual([])
  })
})
