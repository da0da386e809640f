/**
 * The page shows each visitor only what they may use; the functions behind it ask nobody. A user of low rights runs the
 * administrator's function in every way that Gradio offers: on the bare app, and behind the gate with three roles.
 */
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth } from './targets.ts'
import { usePeople } from './people.ts'
import { clientWays, indexOf, newSession, ways, type Caller, type WayName } from './ways-to-call.ts'

const app = useApp('careless')
const withAuth = useAppWithAuth()
const people = usePeople(app, {
  config: `
roles:
  viewer: { call: [predict, whoami] }
  admin: { call: "*", components: "*", mcp: true, upload: true }
`,
  members: { alice: ['admin'], bob: ['viewer'] },
})

const admins = { name: 'admin_report', data: ['May'], named: { month: 'May' }, proof: 'ADMIN-REPORT' }
const hidden = [
  admins,
  { name: 'private_fn', data: ['x'], named: { text: 'x' }, proof: 'PRIVATE x' },
  { name: 'undocumented_fn', data: ['x'], named: { text: 'x' }, proof: 'UNDOCUMENTED x' },
  { name: 'direct_tool', data: ['x'], named: { text: 'x' }, proof: 'DIRECT-TOOL x' },
]
const inSession = { session_hash: 'k9x2m4p7q1z' }
const names = Object.keys(ways) as WayName[]
/** Gradio itself serves public functions only in these two ways. */
const publicOnly: readonly WayName[] = ['/call/v2 by name', 'MCP']
const rows = hidden.flatMap((wanted) =>
  names
    .filter((way) => !publicOnly.includes(way) || ['admin_report', 'direct_tool'].includes(wanted.name))
    .map((way) => ({ ...wanted, way })),
)

/** Somebody without rights, as far as Gradio's own login goes. */
async function asBob(): Promise<Caller> {
  const { url } = withAuth()
  const knock = await gradioDoor(url).knock({ user: 'bob', password: 'bobpw' })
  return knock.kind === 'in' ? { url, headers: { cookie: knock.cookie } } : expect.fail(knock.kind)
}

describe('run a function that is not meant for everybody', () => {
  it.each(rows)('succeeds on the bare app: $name, $way', async ({ way, proof, ...wanted }) => {
    const index = await indexOf(app().url, wanted.name)
    expect(await ways[way]({ url: app().url, headers: {} }, { ...wanted, index })).toContain(proof)
  })

  // Through MCP Gradio's login keeps out those who have one, too.
  it.each(rows.filter(({ way }) => way !== 'MCP'))(
    'succeeds on auth=, for a user: $name, $way',
    async ({ way, proof, ...wanted }) => {
      const index = await indexOf(app().url, wanted.name)
      expect(await ways[way](await asBob(), { ...wanted, index })).toContain(proof)
    },
  )

  it.each(rows)('is blocked by the gate, for a viewer: $name, $way', async ({ way, proof, ...wanted }) => {
    const index = await indexOf(app().url, wanted.name)
    const { url, headers } = await people('bob')
    expect(await ways[way]({ url, headers }, { ...wanted, index })).not.toContain(proof)
  })

  it.each(rows.filter(({ way }) => clientWays.includes(way)))(
    'is still done through the gate by an administrator: $name, $way',
    async ({ way, proof, ...wanted }) => {
      const index = await indexOf(app().url, wanted.name)
      const { url, headers } = await people('alice')
      const text = await ways[way]({ url, headers }, { ...wanted, index })
      expect(text).toContain(proof)
    },
  )

  it('answers a viewer as if it did not exist', async () => {
    const { url, headers } = await people('bob')
    const answers = await Promise.all(
      ['admin_report', 'no_such_function'].map((name) =>
        askJson(url, `/gradio_api/call/${name}`, { data: ['x'] }, { headers }),
      ),
    )
    const [hiddenOne, absent] = answers.map(({ status, body }) => ({ status, body }))
    expect(hiddenOne).toEqual(absent)
  })

  it.each<[string, (name: string, index: number) => readonly [string, object]]>([
    ['too little data', (name) => [`call/${name}`, { data: [] }]],
    ['too little data by /run', (name) => [`run/${name}`, { data: [] }]],
    ['too little data in the queue', (_, fn_index) => ['queue/join', { ...inSession, fn_index, data: [] }]],
    ['a name that belongs to another', (_, fn_index) => ['run/other', { data: ['x'], fn_index }]],
    ['a parameter that it lacks', (name) => [`call/v2/${name}`, { no_such: 'x' }]],
    ['a parameter left out', (name) => [`call/v2/${name}`, {}]],
  ])('answers a viewer as if it did not exist, called with %s', async (_what, make) => {
    const { url, headers } = await people('bob')
    const both = [
      { name: 'admin_report', index: await indexOf(app().url, 'admin_report') },
      { name: 'no_such_function', index: 999 },
    ]
    const answers = await Promise.all(
      both.map(async ({ name, index }) => {
        const [path, body] = make(name, index)
        const answer = await askJson(url, `/gradio_api/${path}`, body, { headers })
        return { status: answer.status, body: answer.body }
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })
})

describe('what a viewer may call', () => {
  it.each(clientWays.filter((way) => way !== 'MCP'))('is called: %s', async (way) => {
    const index = await indexOf(app().url, 'predict')
    const { url, headers } = await people('bob')
    const wanted = { name: 'predict', index, data: ['abc'], named: { text: 'abc' } }
    expect(await ways[way]({ url, headers }, wanted)).toContain('cba')
  })
})

describe('use the function of a component that only administrators see', () => {
  const explorer = async () => {
    const { components } = JSON.parse((await ask(app().url, '/config')).body) as {
      components: { id: number; type: string }[]
    }
    return components.find(({ type }) => type === 'fileexplorer')?.id
  }
  const browse = async (url: string, headers: Readonly<Record<string, string>>) => {
    const body = { session_hash: newSession(), component_id: await explorer(), fn_name: 'ls', data: [] }
    return (await askJson(url, '/gradio_api/component_server', body, { headers })).body
  }

  it('succeeds on the bare app', async () => {
    expect(await browse(app().url, {})).toContain('careless.py')
  })

  it('succeeds on auth=, for a user', async () => {
    const { url, headers } = await asBob()
    expect(await browse(url, headers)).toContain('careless.py')
  })

  it('is answered like one that does not exist, whatever is sent', async () => {
    const { url, headers } = await people('bob')
    const file = { path: 'http://10.0.0.1/x', meta: { _type: 'gradio.FileData' } }
    const answers = await Promise.all(
      [await explorer(), 9_999].map(async (component_id) => {
        const body = { session_hash: newSession(), component_id, fn_name: 'ls', data: [file] }
        const answer = await askJson(url, '/gradio_api/component_server', body, { headers })
        return { status: answer.status, body: answer.body }
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })

  it('is blocked by the gate for a viewer, and still done by an administrator', async () => {
    const bob = await people('bob')
    expect(await browse(bob.url, bob.headers)).not.toContain('careless.py')
    const alice = await people('alice')
    expect(await browse(alice.url, alice.headers)).toContain('careless.py')
  })
})

describe('read in the configuration what one may not call', () => {
  const places = [
    '/',
    '/config',
    '/config?page=',
    '/gradio_api/info',
    '/gradio_api/info?all_endpoints=true',
    '/gradio_api/openapi.json',
  ]
  const secrets = ['admin_report', 'private_fn', 'undocumented_fn', 's3cret-default', 'Admin files']
  const read = async (url: string, headers: Readonly<Record<string, string>>) =>
    (await Promise.all(places.map((place) => ask(url, place, { headers }))))
      .map(({ body }) => body)
      .join('\n')

  it('succeeds on the bare app', async () => {
    const text = await read(app().url, {})
    for (const secret of secrets) expect(text, secret).toContain(secret)
  })

  it('succeeds on auth=, for a user', async () => {
    const { url, headers } = await asBob()
    const text = await read(url, headers)
    for (const secret of secrets) expect(text, secret).toContain(secret)
  })

  it('is blocked by the gate, for a viewer', async () => {
    const { url, headers } = await people('bob')
    const text = await read(url, headers)
    for (const secret of secrets) expect(text, secret).not.toContain(secret)
    expect(text).toContain('predict')
  })

  it('names to an administrator all but the value of the password box', async () => {
    const { url, headers } = await people('alice')
    const text = await read(url, headers)
    expect(text).toContain('admin_report')
    expect(text).not.toContain('s3cret-default')
  })
})
