/** What nobody may do to an app of this Gradio: each attempt succeeds on the bare app, and fails behind the gate. */
import { describe, expect, it } from 'vitest'
import { versionUnderTest } from '../../scripts/gradio-versions.ts'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { sendRaw } from '../rig/raw-http.ts'
import { api } from './api-of.ts'
import { useStage, type Person } from './stage.ts'
import {
  called,
  componentOf,
  fileData,
  join,
  joined,
  newSession,
  numbersOf,
  pathIn,
  queued,
  readFileOf,
  run,
  upload,
} from './talk.ts'

const stage = useStage()
const major = Number(versionUnderTest().split('.')[0])
const number = async (name: string) => (await numbersOf(stage().app.url)).get(name) ?? -1
/** Anybody, at the app itself. */
const stranger = (): Person => ({ url: stage().app.url, headers: {} })

type Attempt = (person: Person) => Promise<string>

const data = ['May', 'x']
const proof = 'ADMIN-REPORT May'
const byName: Readonly<Record<string, Attempt>> = {
  'the queue, by its number': async (person) => queued(person, await number('admin_report'), data),
  '/call': (person) => called(person, 'admin_report', data),
  '/call with a slash': (person) => called(person, 'admin_report/', data),
  '/run': (person) => run(person, 'run/admin_report', { data }),
  '/run with a slash': (person) => run(person, 'run/admin_report/', { data }),
  '/api': (person) => run(person, 'api/admin_report', { data }),
  'its number under a harmless name': async (person) =>
    run(person, 'run/predict', { data, fn_index: await number('admin_report') }),
  'its number in /api under a harmless name': async (person) =>
    run(person, 'api/predict/', { data, fn_index: await number('admin_report'), session_hash: newSession() }),
}

/** What the other did just before, and what its names are. */
async function rememberSecret(owner: Person, session: string): Promise<void> {
  const fn_index = await number('remember')
  await run(owner, 'run/predict', { data: ['the wage of Alice', null], fn_index, session_hash: session })
}

interface Two {
  readonly alice: Person
  readonly bob: Person
}

const neighbours: Readonly<Record<string, (two: Two) => Promise<boolean>>> = {
  "listen to the other's session": async ({ alice, bob }) => {
    const session = newSession()
    await joined(alice, { index: await number('predict'), data: ['terces'], session })
    const stream = await follow(`${bob.url}${api}/queue/data?session_hash=${session}`, bob.headers)
    const text = await stream.until(/process_completed|unexpected_error|detail|Not Found/)
    stream.close()
    return text.includes('secret')
  },
  "read what the other's session remembers": async ({ alice, bob }) => {
    const session = newSession()
    await rememberSecret(alice, session)
    const body = { data: ['x', null], fn_index: await number('remember'), session_hash: session }
    return (await run(bob, 'run/predict', body)).includes('the wage of Alice')
  },
  "fetch the other's result": async ({ alice, bob }) => {
    const answer = await askJson(
      alice.url,
      `${api}/call/predict`,
      { data: ['terces'] },
      { headers: alice.headers },
    )
    const { event_id: id } = JSON.parse(answer.body) as { event_id: string }
    const stream = await follow(`${bob.url}${api}/call/predict/${id}`, bob.headers)
    const text = await stream.until(/event: (?:complete|error)\n.*\n|detail/)
    stream.close()
    return text.includes('secret')
  },
  "cancel the other's call": async ({ alice, bob }) => {
    const [index, session] = [await number('count'), newSession()]
    const event_id = await joined(alice, { index, data: [8], session })
    const own = await follow(`${alice.url}${api}/queue/data?session_hash=${session}`, alice.headers)
    await own.until(/counted 1/)
    const body = { session_hash: session, fn_index: index, event_id }
    await askJson(bob.url, `${api}/cancel`, body, { headers: bob.headers })
    const text = await own.until(/process_completed/)
    own.close()
    return !text.includes('counted 8')
  },
  'read a file that was made for the other': async ({ alice, bob }) => {
    const path = pathIn(await queued(alice, await number('save'), ['the wage of Alice']))
    return (await readFileOf(bob, path)).body === 'the wage of Alice'
  },
  'read a file that the other uploaded': async ({ alice, bob }) => {
    const path = await upload(alice, 'wage.txt', 'the wage of Alice')
    return (await readFileOf(bob, path)).body === 'the wage of Alice'
  },
  "hand a function the other's upload": async ({ alice, bob }) => {
    const path = await upload(alice, 'wage.txt', 'the wage of Alice')
    const index = await number('read')
    const forms = [fileData(path), { path }, { path, url: `${api}/file=${path}`, is_stream: false }]
    const texts = await Promise.all(forms.map((form) => queued(bob, index, [form])))
    return texts.some((text) => text.includes('the wage of Alice'))
  },
}

describe('a function that is only for administrators', () => {
  it.each(Object.keys(byName))('is not run by others: %s', async (way) => {
    const attempt = byName[way]
    expect(await attempt?.(stranger())).toContain(proof)
    expect(await attempt?.(stage().bob)).not.toContain(proof)
    expect(await attempt?.(stage().admin)).toContain(proof)
  })

  it('is not run by others: a private function, by its number', async () => {
    const index = await number('private_fn')
    const ways: readonly Attempt[] = [
      (person) => queued(person, index, ['x']),
      (person) => run(person, 'run/predict', { data: ['x'], fn_index: index }),
    ]
    for (const way of ways) {
      expect(await way(stranger())).toContain('PRIVATE x')
      expect(await way(stage().bob)).not.toContain('PRIVATE x')
    }
  })

  it('is not run by others: the server function of a component', async () => {
    const component_id = await componentOf(stage().app.url, 'fileexplorer')
    const body = { session_hash: newSession(), component_id, fn_name: 'ls', data: [] }
    for (const path of ['component_server', 'component_server/']) {
      expect(await run(stranger(), path, body)).toContain('versions.py')
      expect(await run(stage().bob, path, body)).not.toContain('versions.py')
    }
  })

  it('is not seen by others', async () => {
    const places = ['/', '/config', `${api}/info`, `${api}/info?all_endpoints=true`]
    const read = async ({ url, headers }: Person) =>
      (await Promise.all(places.map((place) => ask(url, place, { headers }))))
        .map(({ body }) => body)
        .join('\n')
    const secrets = ['admin_report', 's3cret-default', 'Month of the administrators', 'Hidden box']
    const [bare, shown] = [await read(stranger()), await read(stage().bob)]
    for (const secret of secrets) {
      expect(bare, secret).toContain(secret)
      expect(shown, secret).not.toContain(secret)
    }
    expect(shown).toContain('"predict"')
    expect(await read(stage().admin)).not.toContain('s3cret-default')
  })
})

describe('one person can not', () => {
  it.each(Object.keys(neighbours))('%s', async (name) => {
    const { alice, bob } = stage()
    expect(await neighbours[name]?.({ alice: stranger(), bob: stranger() }), 'on the bare app').toBe(true)
    expect(await neighbours[name]?.({ alice, bob }), 'behind the gate').toBe(false)
    expect(await neighbours[name]?.({ alice, bob: alice }), 'as the owner').toBe(true)
  })
})

/** What makes a chat of this Gradio hand out a file, where it does nothing but repeat what its page says. */
function messagesWith(path: string): readonly unknown[] {
  const inside = (component: string, value: unknown, constructor_args: object = {}) => {
    const content = { component, value, constructor_args, props: {} }
    return { role: 'user', content: major < 6 ? content : [{ ...content, type: 'component' }] }
  }
  const text = JSON.stringify(fileData(path))
  return [
    { role: 'user', content: major < 6 ? `see ${path}` : [{ type: 'text', text: `see ${path}` }] },
    inside('json', text),
    inside('button', 'x', { icon: path }),
    inside('chatbot', [], { avatar_images: [path, null] }),
  ]
}

describe('a chat that repeats what it is told', () => {
  it("makes nobody the owner of another's file", async () => {
    const { alice, bob } = stage()
    const index = await number('repeat')
    const takes = async (owner: Person, other: Person) => {
      const path = await upload(owner, 'wage.txt', 'the wage of Alice')
      const taken: unknown[] = []
      for (const message of messagesWith(path)) {
        const text = await queued(other, index, [[message]])
        expect(text).toContain('"success":true')
        const paths = [...text.matchAll(/"path":"([^"]+)"/g)].map(([, one]) => one ?? '')
        for (const one of paths)
          if ((await readFileOf(other, one)).body === 'the wage of Alice') taken.push(message)
      }
      return taken
    }
    const onBareApp = await takes(stranger(), stranger())
    // Gradio 6 repeats a component without making it.
    expect(onBareApp.length > 0).toBe(major < 6)
    expect(await takes(alice, bob)).toEqual([])
  })

  it('shows its owner a file all the same', async () => {
    const { bob } = stage()
    const path = await upload(bob, 'own.txt', 'of Bob')
    const file = { file: fileData(path), alt_text: null }
    const content = major < 6 ? file : [{ ...file, type: 'file' }]
    const text = await queued(bob, await number('repeat'), [[{ role: 'user', content }]])
    expect((await readFileOf(bob, pathIn(text))).body).toBe('of Bob')
  })
})

describe('a call', () => {
  it.each([
    ['a number beyond its bounds', [11, 'red']],
    ['a choice that is none', [5, 'blue']],
    ['a value of another kind', ['5', 'red']],
    ['too few values', [5]],
  ])('is refused with %s', async (_what, values) => {
    const { bob } = stage()
    const index = await number('choose')
    expect((await join(bob, { index, data: values, session: newSession() })).status).toBeGreaterThanOrEqual(
      400,
    )
    for (const text of [await called(bob, 'choose', values), await run(bob, 'run/choose', { data: values })])
      expect(text).not.toMatch(/"data":|event: complete/)
    expect(await queued(bob, index, [10, 'green'])).toContain('green 10')
  })

  it('tells nothing of what went wrong inside', async () => {
    const index = await number('fail')
    const ways: readonly Attempt[] = [
      (person) => queued(person, index, []),
      (person) => run(person, 'run/fail', { data: [] }),
      (person) => run(person, 'api/predict', { data: [], fn_index: index }),
    ]
    for (const way of ways) {
      expect(await way(stranger())).toContain('hunter2')
      const text = await way(stage().bob)
      expect(text).not.toContain('hunter2')
      expect(text).toMatch(/\(Reference [0-9A-Z]{4}-[0-9A-Z]{4}\)/)
    }
  })
})

describe('nobody reaches', () => {
  it('what is not meant for the people of an app', async () => {
    const { url, headers } = stage().admin
    const places = [
      ...['/openapi.json', '/docs', '/redoc', '/monitoring', '/monitoring/summary', '/login', '/logout'],
      ...['/token', '/startup-events', '/monitoring', '/dev/reload'].map((place) => `${api}${place}`),
      ...['/proxy=https://example.invalid/x', '/file=https://example.invalid/x'].map((one) => `${api}${one}`),
      ...['/file=/etc/passwd', '/file/etc/passwd', '/nothing'].map((one) => `${api}${one}`),
      // Where other versions have their routes.
      ...['/file=/etc/passwd', '/config'].map((one) => `${api === '' ? '/gradio_api' : '/api'}${one}`),
    ]
    for (const place of places) {
      const { status, body } = await ask(url, place, { headers })
      expect([place, [400, 403, 404].includes(status)]).toEqual([place, true])
      expect(body).not.toContain('root:')
    }
  })

  it('a function by a WebSocket', async () => {
    const { gate, admin } = stage()
    for (const place of ['/queue/join', `${api}/queue/join`, `${api}/stream/x`]) {
      const head = [
        `GET ${place} HTTP/1.1`,
        `Host: 127.0.0.1:${String(gate.port)}`,
        `Cookie: ${admin.headers['cookie'] ?? ''}`,
        ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
        ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
      ]
      const { status } = await sendRaw(gate.port, head.join('\r\n'))
      expect([place, status !== 101 && (status ?? 400) >= 400]).toEqual([place, true])
    }
  })
})
