/**
 * The page shows each visitor only what they may use; the functions behind it ask nobody. A user of low rights runs the
 * administrator's function in every way that Gradio offers: on the bare app, and behind the gate with three roles.
 */
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { useApp } from './targets.ts'
import { usePeople } from './people.ts'
import { clientWays, indexOf, newSession, ways, type WayName } from './ways-to-call.ts'

const app = useApp('careless')
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
const names = Object.keys(ways) as WayName[]
/** Gradio itself serves public functions only in these two ways. */
const publicOnly: readonly WayName[] = ['/call/v2 by name', 'MCP']
const rows = hidden.flatMap((wanted) =>
  names
    .filter((way) => !publicOnly.includes(way) || ['admin_report', 'direct_tool'].includes(wanted.name))
    .map((way) => ({ ...wanted, way })),
)

describe('a function that is not meant for everybody', () => {
  it.each(rows)('$name is run by anybody of the bare app: $way', async ({ way, proof, ...wanted }) => {
    const index = await indexOf(app().url, wanted.name)
    expect(await ways[way]({ url: app().url, headers: {} }, { ...wanted, index })).toContain(proof)
  })

  it.each(rows)('$name is not run by a viewer behind the gate: $way', async ({ way, proof, ...wanted }) => {
    const index = await indexOf(app().url, wanted.name)
    const { url, headers } = await people('bob')
    expect(await ways[way]({ url, headers }, { ...wanted, index })).not.toContain(proof)
  })

  it.each(rows.filter(({ way }) => clientWays.includes(way)))(
    '$name is run by an administrator behind the gate: $way',
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
})

describe('what a viewer may call', () => {
  it.each(clientWays.filter((way) => way !== 'MCP'))('is called: %s', async (way) => {
    const index = await indexOf(app().url, 'predict')
    const { url, headers } = await people('bob')
    const wanted = { name: 'predict', index, data: ['abc'], named: { text: 'abc' } }
    expect(await ways[way]({ url, headers }, wanted)).toContain('cba')
  })
})

describe('the function of a component that only administrators see', () => {
  const browse = async (url: string, headers: Readonly<Record<string, string>>) => {
    const { components } = JSON.parse((await ask(app().url, '/config')).body) as {
      components: { id: number; type: string }[]
    }
    const component_id = components.find(({ type }) => type === 'fileexplorer')?.id
    const body = { session_hash: newSession(), component_id, fn_name: 'ls', data: [] }
    return (await askJson(url, '/gradio_api/component_server', body, { headers })).body
  }

  it('lists the folder of the bare app to anybody', async () => {
    expect(await browse(app().url, {})).toContain('careless.py')
  })

  it('lists it to an administrator and to no viewer', async () => {
    const bob = await people('bob')
    expect(await browse(bob.url, bob.headers)).not.toContain('careless.py')
    const alice = await people('alice')
    expect(await browse(alice.url, alice.headers)).toContain('careless.py')
  })
})

describe('the configuration', () => {
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

  it('of the bare app names them all', async () => {
    const text = await read(app().url, {})
    for (const secret of secrets) expect(text, secret).toContain(secret)
  })

  it('names to a viewer nothing that the viewer may not call', async () => {
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
