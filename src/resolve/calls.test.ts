import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { alice, aliceOwner, bob, Desk, fileData, sent, type Asking } from './asking.contract.ts'

const desk = new Desk()
const api = '/gradio_api'
const join = (body: object) => ({ target: `${api}/queue/join`, body: body as Json })
const whole = { data: ['x'], fn_index: 0, session_hash: 'abc' }

async function endpointOf(asking: Asking): Promise<string> {
  const found = await desk.find(asking)
  return typeof found === 'string' ? found : (found.target.call?.endpoint.name ?? 'none')
}

describe('a function', () => {
  const body = { data: ['x'], session_hash: 'abc' }

  it.each<[string, Asking]>([
    ['the queue', join({ ...body, fn_index: 1 })],
    ['/run by name', { target: `${api}/run/admin_report`, body }],
    ['/run with a slash', { target: `${api}/run/admin_report/`, body }],
    ['/run by number', { target: `${api}/run/predict`, body: { ...body, fn_index: 1 } }],
    ['/run by both', { target: `${api}/run/admin_report`, body: { ...body, fn_index: 1 } }],
    ['/api', { target: `${api}/api/admin_report/`, body }],
    ['/call', { target: `${api}/call/admin_report`, body }],
    ['/call with another number', { target: `${api}/call/admin_report/`, body: { ...body, fn_index: 0 } }],
    ['/call/v2', { target: `${api}/call/v2/admin_report`, body: { month: 'x' } }],
    ['an escaped path', { target: `${api}/%72un/%61dmin_report`, body }],
  ])('is the same one by %s', async (_way, asking) => {
    const found = await desk.ask(asking)
    expect(found).toMatchObject({
      target: {
        owner: aliceOwner,
        resource: { kind: 'endpoint', name: 'admin_report', group: 'admin_report' },
        call: { endpoint: { id: 1 }, data: ['x'], arguments: { month: 'x' } },
      },
      outgoing: { content: { value: { fn_index: 1, data: ['x'] } } },
    })
  })

  it.each<[string, Asking]>([
    ['runs in the browser only', join({ ...whole, fn_index: 4 })],
    ['is not there', join({ ...whole, fn_index: 99 })],
    ['has another name', { target: `${api}/run/nothing`, body }],
    ['is called like what all objects have', { target: `${api}/run/constructor`, body }],
    ['has no public parameters', { target: `${api}/call/v2/hidden`, body: { param_0: 'x' } }],
    [
      'is rendered, and called by a name',
      { target: `${api}/run/lambda_20`, body: { ...body, session_hash: 'alice-1' } },
    ],
  ])('that %s is unknown', async (_what, asking) => {
    expect(await desk.find(asking)).toBe('endpoint-unknown')
  })

  it.each<[string, Asking]>([
    [
      'a name that belongs to another number',
      { target: `${api}/run/admin_report`, body: { ...body, fn_index: 0 } },
    ],
    ['a name that belongs to none', { target: `${api}/run/harmless`, body: { ...body, fn_index: 1 } }],
    ...['"1"', '1.0', 'true', '-1', '1e0', '[1]', '{}', '9007199254740993'].map((text): [string, Asking] => [
      `the number ${text}`,
      { target: `${api}/queue/join`, body: `{"data":["x"],"session_hash":"abc","fn_index":${text}}` },
    ]),
    ['no number in the queue', join({ data: ['x'], session_hash: 'abc' })],
    ['no session in the queue', join({ data: ['x'], fn_index: 0 })],
    ['a session that is no text', join({ ...whole, session_hash: 5 })],
    ['data that is no list', join({ ...whole, data: { 0: 'x' } })],
    ['too little data', join({ ...whole, data: [] })],
    ['a list for a body', { target: `${api}/queue/join`, body: [whole] }],
    [
      'a body that says it is a refusal',
      { target: `${api}/queue/join`, body: { kind: 'refusal', code: 'route-unknown' } },
    ],
    ['a parameter that is not there', { target: `${api}/call/v2/predict`, body: { text: 'x', other: 1 } }],
    ['a parameter left out', { target: `${api}/call/v2/predict`, body: {} }],
    ['a picture without its properties', join({ ...whole, fn_index: 8, data: ['x'] })],
  ])('is not looked for with %s', async (_what, asking) => {
    expect(await desk.find(asking)).toBe('body-invalid')
  })

  it('with a body that doesn’t fit it is named to the policy, and nothing of the body goes on', async () => {
    expect(await desk.ask(join({ ...whole, fn_index: 1, data: [] }))).toMatchObject({
      target: {
        ...{ resource: { kind: 'endpoint', name: 'admin_report' }, files: [] },
        misfit: { code: 'body-invalid' },
      },
      outgoing: { content: { kind: 'none' } },
    })
  })

  it('is looked for again when the app has changed meanwhile', async () => {
    const changed = new Desk()
    const { model } = changed
    changed.next = {
      ...model,
      endpoints: new Map([...model.endpoints, [50, { ...firstOf(model.endpoints), id: 50 }]]),
    }
    const found = await changed.ask(join({ ...whole, fn_index: 50 }))
    expect(found).toMatchObject({ target: { call: { endpoint: { id: 50 } }, model: changed.next } })
    changed.model = model
    changed.next = model
    expect(await changed.find(join({ ...whole, fn_index: 50 }))).toBe('endpoint-unknown')
  })
})

describe('a rendered function', () => {
  const call = (as: typeof alice, session_hash: string, fn_index = 20) => ({
    ...join({ data: [null, 'x'], fn_index, session_hash }),
    as,
  })

  it('is judged as the function that rendered it', async () => {
    expect(await desk.ask(call(alice, 'alice-1'))).toMatchObject({
      target: {
        resource: { kind: 'endpoint', name: 'apply' },
        call: { endpoint: { id: 20, apiName: 'lambda_20' } },
      },
    })
  })

  it('is there for nobody else, and in no other session', async () => {
    expect(await desk.find(call(bob, 'alice-1'))).toBe('endpoint-unknown')
    expect(await desk.find(call(alice, 'alice-2'))).toBe('endpoint-unknown')
    expect(await desk.find(call(bob, desk.upstream(aliceOwner, 'alice-1')))).toBe('object-unknown')
  })

  it('can be called by the name that it has in its session', async () => {
    const body = { data: [null, 'x'], fn_index: 20, session_hash: 'alice-1' }
    expect(await endpointOf({ target: `${api}/run/lambda_20`, body })).toBe('apply')
    expect(await endpointOf({ target: `${api}/run/lambda_21`, body })).toBe('body-invalid')
  })
})

describe('what goes on to the app', () => {
  it('is the session in its upstream form, and no field that is not the client’s to set', async () => {
    const own = { event_data: { index: 1 }, trigger_id: 7 }
    const foreign = {
      event_id: 'e',
      batched: true,
      simple_format: true,
      oauth_token: 't',
      request: {},
      extra: 1,
    }
    const found = await desk.ask(join({ ...whole, ...own, ...foreign }))
    if (!('outgoing' in found)) throw new TypeError(found.code)
    expect(sent(found)).toEqual({
      data: ['x'],
      fn_index: 0,
      session_hash: desk.upstream(aliceOwner, 'abc'),
      ...own,
    })
  })

  it('is what the app’s inputs take: no value of State, none beyond the last', async () => {
    const found = await desk.ask(join({ ...whole, fn_index: 3, data: [['forged'], 'item', 'more'] }))
    expect(found).toMatchObject({ outgoing: { content: { value: { data: [null, 'item'] } } } })
  })

  it.each<[string, Json, Json]>([
    ['call', { data: ['item'] }, [null, 'item']],
    ['call', { data: ['forged', 'item'] }, [null, 'item']],
    ['call/v2', { item: 'item' }, [null, 'item']],
  ])('is filled up for /%s', async (route, body, data) => {
    const found = await desk.ask({ target: `${api}/${route}/remember`, body })
    expect(found).toMatchObject({
      outgoing: { path: `${api}/queue/join`, content: { value: { data, fn_index: 3, simple_format: true } } },
    })
  })

  it('holds the declared value of a parameter left out, and null where null was given', async () => {
    const named = async (body: Json) => {
      const found = await desk.ask({ target: `${api}/call/v2/mirror`, body })
      return 'outgoing' in found ? found.target.call?.data : found.code
    }
    expect(await named({ image: null })).toEqual([null, 'plain'])
    expect(await named({ image: null, options: null, oauth_token: 't' })).toEqual([null, null])
  })

  it('has a session of its own where /call came without one', async () => {
    const one = await desk.find({ target: `${api}/call/predict`, body: { data: ['x'] } })
    const other = await desk.find({ target: `${api}/call/v2/predict`, body: { text: 'x' } })
    if (typeof one === 'string' || typeof other === 'string') throw new TypeError('refused')
    expect(sent(one)['session_hash']).toBe(one.target.session?.upstream)
    expect(one.target.session?.upstream).not.toBe(other.target.session?.upstream)
  })

  it.each([
    ['predict', ['x'], false],
    ['remember', [null, 'x'], true],
    ['mirror', [null, null], true],
    ['apply', ['x'], true],
  ])('has one for /run/%s where it leaves something behind', async (name, data, expected) => {
    const found = await desk.find({ target: `${api}/run/${name}`, body: { data } })
    expect(typeof found !== 'string' && found.target.session !== undefined).toBe(expected)
  })

  it('stands below the app’s own path, and keeps the page’s query', async () => {
    const mounted = new Desk()
    mounted.base = '/sub'
    const found = await mounted.ask({ target: `${api}/call/predict?lang=en`, body: { data: ['x'] } })
    expect(found).toMatchObject({ outgoing: { path: `/sub${api}/queue/join`, query: 'lang=en' } })
  })
})

describe('files in a call', () => {
  const files = async (asking: Asking) => {
    const found = await desk.find(asking)
    return typeof found === 'string'
      ? found
      : found.target.files.map(({ path, standing }) => `${path} ${standing}`)
  }
  const mirror = (image: Json, options: Json = null, more = {}) =>
    join({ data: [image, options], fn_index: 2, session_hash: 'abc', ...more })

  it('are judged by whose they are', async () => {
    await desk.ledger.noteFiles(aliceOwner, ['/tmp/a.png'])
    expect(await files(mirror(fileData('/tmp/a.png')))).toEqual(['/tmp/a.png own'])
    expect(await files({ ...mirror(fileData('/tmp/a.png')), as: bob })).toEqual(['/tmp/a.png others'])
    expect(await files(mirror(fileData('/app/logo.png')))).toEqual(['/app/logo.png shared'])
    expect(await files(mirror(fileData('/etc/passwd')))).toEqual(['/etc/passwd unknown'])
  })

  it.each<[string, Asking, string | readonly string[]]>([
    ['without meta', mirror({ path: '/t/x' }), ['/t/x unknown']],
    ['with another meta', mirror({ path: '/t/x', meta: { _type: 'else' } }), ['/t/x unknown']],
    ['though they say they are streams', mirror(fileData('/t/x', { is_stream: true })), ['/t/x unknown']],
    ['deep inside', mirror([{ a: [{ b: { path: '/t/x' } }] }]), ['/t/x unknown']],
    [
      'inside another file',
      mirror(fileData('/app/logo.png', { more: fileData('/t/x') })),
      ['/app/logo.png shared', '/t/x unknown'],
    ],
    ['in a JSON box, when they say so', mirror(null, { deep: [fileData('/t/x')] }), ['/t/x unknown']],
    ['not in a JSON box, when they don’t', mirror(null, { path: '/t/x' }), []],
    ['in event data', mirror(null, null, { event_data: { value: { path: '/t/x' } } }), ['/t/x unknown']],
    [
      'in event data, from another folder',
      mirror(null, null, { event_data: { path: '../t/x' } }),
      'object-unknown',
    ],
    ['not in State', join({ data: [fileData('/t/x'), 'x'], fn_index: 3, session_hash: 'abc' }), []],
    [
      'in named arguments',
      { target: `${api}/call/v2/mirror`, body: { image: { path: '/t/x' } } },
      ['/t/x unknown'],
    ],
    [
      'beside properties',
      join({ data: [{ value: fileData('/t/x') }], fn_index: 8, session_hash: 'abc' }),
      ['/t/x unknown'],
    ],
  ])('are found %s', async (_where, asking, expected) => {
    expect(await files(asking)).toEqual(expected)
  })

  const long = () => desk.upstream(aliceOwner, 'abc')
  it.each<[string, () => Json]>([
    ['a relative path', () => fileData('x.png')],
    ['a path with dots', () => fileData('/tmp/../etc/passwd')],
    ['a path with a slash too many', () => fileData('/tmp//x')],
    ['no path', () => fileData('')],
    ['an address for a path', () => fileData('http://127.0.0.1/x')],
    ['an address in capitals', () => fileData('HTTPS://evil.test/x')],
    ['an address beside the path', () => fileData('/app/logo.png', { url: 'http://evil.test/x' })],
    ['an address alone', () => ({ path: null, url: 'https://evil.test/x' })],
    [
      'a way through the app’s own proxy',
      () => fileData('/app/logo.png', { url: '/gradio_api/proxy=https://x.hf.space/' }),
    ],
    ['the state behind a deep link', () => fileData('/tmp/deep_links/abc/state.json')],
    ['a stream of somebody else', () => fileData('abc/1/2/playlist.m3u8', { is_stream: true })],
    ['a relative path that says it is a stream', () => fileData('tmp/a.png', { is_stream: true })],
    ['an address that says it is a stream', () => fileData('http://127.0.0.1/x', { is_stream: true })],
    ['a path with dots that says it is a stream', () => fileData('/t/../x', { is_stream: true })],
    ['a stream that leads elsewhere', () => fileData(`${long()}/../2/playlist.m3u8`, { is_stream: true })],
  ])('are never %s', async (_what, file) => {
    expect(await files(mirror(file()))).toBe('object-unknown')
    expect(await files(join({ data: [[{ image: file() }], 'x'], fn_index: 9, session_hash: 'abc' }))).toBe(
      'object-unknown',
    )
  })

  it('may be streams of the asker’s own sessions, and have the gate’s own addresses', async () => {
    expect(await files(mirror(fileData(`${long()}/1/2/playlist.m3u8`, { is_stream: true })))).toEqual([])
    const url = 'http://gate.test/gradio_api/file=/app/logo.png'
    expect(await files(mirror(fileData('/app/logo.png', { url })))).toEqual(['/app/logo.png shared'])
  })

  it('are not brought inside the call, past the rules of uploads', async () => {
    const drawn = 'data:image/svg+xml,%3Csvg%3E'
    const refused: Json[] = [
      ...['data:image/png;base64,AA==', 'DATA:,x', drawn].flatMap((url) => [
        { url },
        { path: null, url },
        fileData('/app/logo.png', { url }),
      ]),
      fileData('/app/logo.svg', { url: 'data:image/png;base64,AA==' }),
    ]
    for (const file of refused) {
      expect(await files(mirror(file))).toBe('file-refused')
      expect(await files(join({ data: [{ value: file }], fn_index: 8, session_hash: 'abc' }))).toBe(
        'file-refused',
      )
    }
    // As the page has it that has uploaded this one.
    expect(await files(mirror(fileData('/app/a.svg', { url: drawn })))).toEqual(['/app/a.svg unknown'])
  })

  it('are pictures of a camera where a function is fed with them', async () => {
    const url = 'data:image/png;base64,AA=='
    expect(await files(join({ data: [{ url }], fn_index: 10, session_hash: 'abc' }))).toEqual([])
    const elsewhere = { url, path: '../x' }
    expect(await files(join({ data: [elsewhere], fn_index: 10, session_hash: 'abc' }))).toBe('object-unknown')
  })

  it('may be addresses that the operator allows', async () => {
    const open = new Desk()
    open.allowsLink = (link) => link.host === 'cdn.test'
    const call = (path: string) => open.find(mirror(fileData(path, { url: path })))
    expect(await call('https://cdn.test/a.png')).toMatchObject({ target: { files: [] } })
    expect(await call('https://evil.test/a.png')).toBe('object-unknown')
  })

  it('are found however a value is put together', async () => {
    const leaf = fc.constantFrom<Json>('x', 1, null, true)
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'path', 'meta', '__proto__', 'value', 'url'), tie('tree'), {
          maxKeys: 4,
        }),
      ),
    }))
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.infiniteStream(fc.nat({ max: 3 })),
        fc.boolean(),
        async (around, choices, meta) => {
          const file = meta ? fileData('/t/needle') : { path: '/t/needle' }
          const found = await files(mirror(plant(around, file, choices)))
          // Either the whole is refused, or the needle is among what is judged.
          expect(typeof found === 'string' || found.includes('/t/needle unknown')).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

/** Puts the needle somewhere into the tree. */
function plant(tree: Json, needle: Json, choices: Iterator<number>): Json {
  const choice = choices.next().value as number
  if (Array.isArray(tree) && tree.length > 0 && choice > 0) {
    const at = choice % tree.length
    return (tree as readonly Json[]).map((one, index) => (index === at ? plant(one, needle, choices) : one))
  }
  if (typeof tree === 'object' && tree !== null && choice > 0) {
    const [key = 'a'] = Object.keys(tree)
    const inner = (tree as Record<string, Json>)[key] ?? null
    return { ...tree, [key]: plant(inner, needle, choices) }
  }
  return needle
}

function firstOf<T>(map: ReadonlyMap<unknown, T>): T {
  for (const one of map.values()) return one
  throw new TypeError('Nothing there.')
}
