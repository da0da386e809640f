/** With a real Gradio app: the model knows all of it, and every way to a function leads to that function. */
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readModel } from '../../src/app/read-model.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'
import { asker, drawn, startWays, type RawRequest, type Ways } from './ways.ts'

const api = '/gradio_api'
const headers = { 'content-type': 'application/json' }

describe('the model of the kitchen', () => {
  let kitchen: GradioApp
  let pool: Pool
  beforeAll(async () => {
    kitchen = await startTestApp('kitchen')
    pool = new Pool(kitchen.url)
  })
  afterAll(async () => {
    await pool.destroy()
    await kitchen.stop()
  })

  interface Declared {
    readonly dependencies: readonly {
      readonly id: number
      readonly api_name: string
      readonly backend_fn: boolean
    }[]
  }
  interface Info {
    readonly named_endpoints: Record<
      string,
      { readonly parameters: readonly { readonly parameter_name: string }[] }
    >
  }
  const ask = async (path: string) => (await fetch(kitchen.url + path)).json()

  it('names every function, and its parameters as the API does', async () => {
    const { model } = await readModel({ client: pool, patience: 20_000 }, '')
    const { dependencies } = (await ask('/config')) as Declared
    expect([...model.endpoints.keys()]).toEqual(dependencies.map(({ id }) => id))
    for (const { id, api_name, backend_fn } of dependencies) {
      expect(model.endpoints.get(id)).toMatchObject({ name: api_name, onServer: backend_fn })
    }
    const { named_endpoints } = (await ask(`${api}/info?all_endpoints=true`)) as Info
    for (const [name, { parameters }] of Object.entries(named_endpoints)) {
      const known = model.byName.get(name.slice(1))?.parameters.map((one) => one.name)
      expect(known, name).toEqual(parameters.map((one) => one.parameter_name))
    }
  })

  it('knows which components hold files, what chats belong together, and where things stand', async () => {
    const { model } = await readModel({ client: pool, patience: 20_000 }, '')
    const held = [...model.components.values()].filter((one) => one.holdsFiles).map(({ type }) => type)
    expect(new Set(held)).toEqual(new Set(['image', 'file', 'chatbot', 'audio', 'video']))
    const talk = [...model.endpoints.values()].filter((one) => one.onServer && one.group === 'talk')
    expect(talk.length).toBeGreaterThan(20)
    expect(model.byName.get('query')?.pages).toEqual(['second-page'])
    expect(model.pages).toEqual(['', 'second-page'])
    expect(model.byName.get('apply')).toMatchObject({ renders: true, renderId: 0 })
    const listing = [...model.components.values()].filter((one) => one.serverFunctions.includes('ls'))
    expect(listing.map(({ props }) => props['elem_id'])).toEqual(['explorer'])
  })
})

describe('a function of a real app', () => {
  let started: Awaited<ReturnType<typeof startWays>>
  let ways: Ways
  beforeAll(async () => {
    started = await startWays()
    ways = started.ways
  })
  afterAll(() => started.stop())

  const post = (target: string, body: object): RawRequest => ({
    ...{ method: 'POST', target, headers },
    body: JSON.stringify(body),
  })
  let cases = 0
  const pass = async (raw: RawRequest) => {
    const resolved = await ways.judge(raw)
    if (resolved === undefined) throw new TypeError(`Refused: ${raw.target}`)
    const id = `way-${String(++cases)}`
    return { id, resolved, answer: await ways.send(resolved, id) }
  }
  const ranIn = (id: string) =>
    vi.waitFor(
      async () => {
        const lines = await ways.reached()
        const ran = lines.flatMap((line) => (line.case === id && line.ran !== undefined ? line.ran : []))
        expect(ran).not.toEqual([])
        return ran
      },
      { timeout: 20_000 },
    )

  const body = { data: ['x'], session_hash: 'abc' }
  const admin = () => ways.model.byName.get('admin')?.id
  it.each<[string, () => RawRequest]>([
    ['the queue', () => post(`${api}/queue/join`, { ...body, fn_index: admin() })],
    ['/run by name', () => post(`${api}/run/admin`, body)],
    ['/run as the browser writes it', () => post(`${api}/run/predict`, { ...body, fn_index: admin() })],
    ['/api with a slash', () => post(`${api}/api/admin/`, body)],
    ['/call', () => post(`${api}/call/admin`, { data: ['x'] })],
    ['/call with another’s number', () => post(`${api}/call/admin`, { ...body, fn_index: 0 })],
    ['/call/v2', () => post(`${api}/call/v2/admin`, { value: 'x' })],
  ])('runs, and is what was judged, by %s', async (_way, raw) => {
    const { id, resolved } = await pass(raw())
    expect(resolved.target.resource).toMatchObject({ kind: 'endpoint', name: 'admin' })
    expect(await ranIn(id)).toEqual(['admin'])
  })

  it('that was rendered runs as the one that rendered it', async () => {
    const body = { data: ['x'], session_hash: drawn, fn_index: ways.renderedId('rendered') }
    const { id, resolved } = await pass(post(`${api}/queue/join`, body))
    expect(resolved.target.resource).toMatchObject({ kind: 'endpoint', name: 'apply' })
    expect(await ranIn(id)).toEqual(['rendered'])
    // In another session of the same person it was never rendered.
    expect(await ways.judge(post(`${api}/queue/join`, { ...body, session_hash: 'abc' }))).toBeUndefined()
  })

  it('gives its result to who called it by /call, with and without a session', async () => {
    for (const more of [{}, { session_hash: 'abc' }]) {
      const { resolved, answer } = await pass(post(`${api}/call/twin`, { data: [[1]], ...more }))
      const { event_id: id } = JSON.parse(answer.text) as { readonly event_id: string }
      const session = resolved.target.session?.upstream ?? ''
      await ways.ledger.noteEvent({ id, owner: asker, session, endpoint: 3, endpointName: 'twin' })
      const result = await ways.judge({ method: 'GET', target: `${api}/call/twin/${id}`, headers: {} })
      if (result === undefined) throw new TypeError('The result was refused.')
      expect(await ways.read(result)).toContain('event: complete\ndata: [[1]]')
    }
  })

  it('keeps its State between the calls of one session, whatever a client sends in its place', async () => {
    const keep = () => pass(post(`${api}/run/keep`, { data: [1, ['forged']], session_hash: 'keeping' }))
    await keep()
    const { answer } = await keep()
    expect(JSON.parse(answer.text)).toMatchObject({ data: [null, [1, 1]] })
    expect(await ranIn(`way-${String(cases)}`)).toEqual(['keep'])
  })
})
