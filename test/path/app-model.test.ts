/** What the gate knows of the app follows the app: a restart, and a change without one. */
import { Pool } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppWatch } from '../../src/app/watch-app.ts'
import { renderConfig, sampleConfig, type SampleFunction } from '../../src/app/sample-app.contract.ts'
import type { Audit } from '../../src/audit/audit.ts'
import { writeJson } from '../../src/kit/strict-json.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'

const predict: SampleFunction = { id: 0, api_name: 'predict' }
const admin: SampleFunction = { id: 1, api_name: 'admin' }
const draw: SampleFunction = { id: 2, api_name: 'apply', render_id: 0 }

let upstream: Upstream
let pool: Pool
let watch: AppWatch
let declared: { functions: readonly SampleFunction[]; app_id: number; config?: string }

beforeEach(async () => {
  declared = { functions: [predict], app_id: 1 }
  upstream = await startUpstream(({ target }, _message, response) => {
    const { functions, app_id, config } = declared
    const page = '<script>window.gradio_config = {}</script>'
    const text = {
      '/config': config ?? writeJson({ ...sampleConfig({ components: [], functions }), app_id }),
      '/gradio_api/app_id': `{"app_id":${String(app_id)}}`,
    }[target]
    response.end(text ?? (target === '/' ? page : '{}'))
  })
  pool = new Pool(upstream.url)
  const audit = { note: () => undefined } as unknown as Audit
  watch = new AppWatch({ client: pool, upstream: new URL(upstream.url), accepted: [], audit })
  await watch.open()
})
afterEach(async () => {
  watch.close()
  await pool.destroy()
  await upstream.close()
})

const names = () => [...(watch.model?.byName.keys() ?? [])]

describe('the model', () => {
  it('is there after the first look', () => {
    expect(names()).toEqual(['predict'])
    expect(watch.model?.appId).toBe('1')
  })

  it('is the same one as long as the app declares the same', async () => {
    const { model } = watch
    await watch.refresh()
    expect(watch.model).toBe(model)
  })

  it('is another one when the app declares something else, though it was not started anew', async () => {
    declared.functions = [predict, admin]
    await watch.refresh()
    expect(names()).toEqual(['predict', 'admin'])
    expect(watch.state).toBe('verified')
  })

  it('is compared without being asked', async () => {
    declared.functions = [predict, admin]
    await vi.waitFor(() => expect(names()).toEqual(['predict', 'admin']), { timeout: 15_000, interval: 100 })
  }, 20_000)

  it('is another one after a restart, as soon as that is noticed', async () => {
    declared = { functions: [admin], app_id: 2 }
    watch.suspect()
    await watch.settled()
    expect([watch.model?.appId, names()]).toEqual(['2', ['admin']])
  })

  it('forgets what was rendered upon another one', async () => {
    declared.functions = [predict, draw]
    await watch.refresh()
    const before = watch.model
    if (before === undefined) throw new TypeError('There is no model.')
    watch.rendered.learn('s', renderConfig(0, [], [{ id: 9, api_name: 'lambda' }]), before)
    expect(watch.rendered.endpoint('s', 9, before)?.name).toBe('apply')
    declared = { functions: [predict, draw], app_id: 2 }
    watch.suspect()
    await watch.settled()
    expect(watch.model).not.toBe(before)
    expect(watch.model && watch.rendered.endpoint('s', 9, watch.model)).toBeUndefined()
  })

  it('is asked for once, however many want to know whether it is still true', async () => {
    upstream.reached.length = 0
    await Promise.all(Array.from({ length: 50 }, () => watch.refresh()))
    expect(upstream.reached.filter(({ target }) => target === '/config')).toHaveLength(1)
  })

  it.each([
    ['no JSON', 'x'],
    ['no configuration', '{}'],
    ['one without an id', '{"version":"6.31.0","components":[],"dependencies":[]}'],
    [
      'functions that cannot be told apart',
      writeJson({ ...sampleConfig({ components: [], functions: [predict, predict] }) }),
    ],
  ])('of an app that answers with %s is refused with the app', async (_what, config) => {
    declared.config = config
    watch.suspect()
    await watch.settled()
    expect(watch.state).toBe('rejected')
  })
})
