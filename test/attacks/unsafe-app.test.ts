/**
 * An app that leads around its own gate: a public tunnel, a page server or file workers on other ports, or a socket
 * that the whole network reaches. Whoever finds that way needs no password. The gate looks before it opens, and looks
 * again whenever the app has restarted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppWatch } from '../../src/app/watch-app.ts'
import type { Risk } from '../../src/config/config.ts'
import { openUpstream } from '../../src/forward/upstream.ts'
import { GateFault } from '../../src/kit/fault.ts'
import { MemoryAudit } from '../path/start-path.ts'
import { startTestApp, type GradioApp, type TestApp } from '../rig/test-app.ts'
import { describeSmallApp } from '../upstreams/small-config.ts'
import { startUpstream } from '../upstreams/start-upstream.ts'

const closers: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

function watch(url: string, accepted: readonly Risk[] = [], patience = 10_000) {
  const upstream = new URL(url)
  const client = openUpstream(upstream)
  const audit = new MemoryAudit()
  const app = new AppWatch({ client, upstream, accepted, audit, patience })
  closers.push(async () => {
    app.close()
    await client.destroy()
  })
  return { app, audit, client }
}

async function refusalOf(url: string): Promise<GateFault> {
  const thrown: unknown = await watch(url)
    .app.open()
    .catch((fault: unknown) => fault)
  if (thrown instanceof GateFault) return thrown
  throw new TypeError('the gate opened')
}

async function start(name: TestApp, env: Record<string, string> = {}): Promise<GradioApp> {
  const app = await startTestApp(name, { env })
  closers.push(() => app.stop())
  return app
}

/** What a small app says of itself, as this version of Gradio and this start of it. */
function describeApp(target: string, version = '6.31.0', appId = 1): string {
  const { body } = describeSmallApp(target) ?? { body: '{}' }
  return body
    .replace('"version":"6.31.0"', `"version":"${version}"`)
    .replace('"app_id":1', `"app_id":${String(appId)}`)
}

describe('4.06 go round the gate to the app’s own port', () => {
  it('succeeds on the bare app', async () => {
    const app = await start('bare')
    expect((await fetch(`${app.url}/config`)).status).toBe(200)
  })

  it('is blocked by the gate, which stands before no app that the network reaches', async () => {
    const exposed = await start('bare', { GRADIO_SERVER_NAME: '0.0.0.0' })
    expect((await refusalOf(exposed.url)).message).toContain('accept_risks: [app-exposed]')
  })
})

describe('an app that undoes the gate', () => {
  it.each<[Risk, Record<string, string>, RegExp]>([
    ['app-exposed', { GRADIO_SERVER_NAME: '0.0.0.0' }, /server_name="127\.0\.0\.1"/],
    ['static-workers', { GRADIO_NUM_WORKERS: '1' }, /num_workers=0/],
    ['ssr', { GRADIO_SSR_MODE: 'True' }, /ssr_mode=False/],
  ])('(%s) is refused in words with the remedy, and can be accepted by name', async (risk, env, remedy) => {
    const app = await start('bare', env)
    const fault = await refusalOf(app.url)
    expect(fault.code).toBe('app-unsafe')
    expect(fault.message).toMatch(remedy)
    expect(fault.message).toContain(`accept_risks: [${risk}]`)
    const accepted = watch(app.url, [risk])
    await accepted.app.open()
    expect(accepted.app.state).toBe('verified')
  })

  it('(share-link) is refused when a tunnel of Gradio runs for its port', async () => {
    const app = await start('bare')
    const tunnel = spawn(
      'bash',
      [
        '-c',
        `exec -a /x/frpc_linux_amd64_v0.3 ${process.execPath} -e 'setInterval(() => 0, 1e9)' -- http -n t -l ${app.port}`,
      ],
      { stdio: 'ignore' },
    )
    closers.push(async () => tunnel.kill('SIGKILL'))
    await once(tunnel, 'spawn')
    await expect.poll(() => refusalOf(app.url).then((fault) => fault.message)).toMatch(/share=False/)
  })

  it('(gradio-unknown) is refused, whatever else it says', async () => {
    const upstream = await startUpstream((request, _message, response) => {
      if (request.target === '/config')
        response.end('{"version":"7.0.0","components":[],"pages":[["","x",true]]}')
      else response.end('<script>window.gradio_config = {}</script>')
    })
    closers.push(() => upstream.close())
    expect((await refusalOf(upstream.url.href)).message).toContain('Gradio 7.0.0')
  })

  it.each([
    ['is no Gradio app', 200, '<html></html>', /not a Gradio app/],
    ['has a login of its own', 401, '{}', /login of its own/],
  ])('is refused when it %s', async (_what, status, body, words) => {
    const upstream = await startUpstream(
      (_request, _message, response) => void response.writeHead(status).end(body),
    )
    closers.push(() => upstream.close())
    expect((await refusalOf(upstream.url.href)).message).toMatch(words)
  })

  it('that is not there is said to be missing', async () => {
    const upstream = await startUpstream(() => undefined)
    await upstream.close()
    expect((await refusalOf(upstream.url.href)).code).toBe('app-unreachable')
  })
})

describe('an app that becomes unsafe while the gate stands', () => {
  let good: GradioApp
  beforeAll(async () => {
    good = await startTestApp('bare')
  })

  it('gets no more requests from its restart on', async () => {
    const { app, audit } = watch(good.url)
    await app.open()
    expect(app.state).toBe('verified')
    await good.stop()
    app.suspect()
    await expect.poll(() => app.state).toBe('away')
    const { port } = good
    const careless = await startTestApp('bare', { port, env: { GRADIO_SERVER_NAME: '0.0.0.0' } })
    closers.push(() => careless.stop())
    await expect.poll(() => app.state).toBe('rejected')
    expect(audit.events.map((event) => event.kind)).toEqual(['app.verified', 'app.rejected'])
    await careless.stop()
    const careful = await startTestApp('bare', { port })
    closers.push(() => careful.stop())
    await expect.poll(() => app.state).toBe('verified')
  })

  it('is looked at before the next request, however quickly it came back', async () => {
    let [version, appId] = ['6.31.0', 1]
    const answer: Parameters<typeof startUpstream>[0] = ({ target }, _message, response) =>
      void response.end(describeApp(target, version, appId))
    const first = await startUpstream(answer)
    const { app, client } = watch(first.url.href)
    await app.open()
    const gone = once(client, 'disconnect')
    expect(app.facts?.gradio).toBe(version)
    ;[version, appId] = ['7.0.0', 2]
    await first.close()
    const second = await startUpstream(answer, { port: Number(first.url.port) })
    closers.push(() => second.close())
    await gone
    await app.settled()
    expect(app.state).toBe('rejected')
    expect(app.facts?.gradio).toBe(version)
  })

  it('is waited for while it is busy, and stays what it was', async () => {
    const held: (() => void)[] = []
    let busy = false
    const upstream = await startUpstream((request, _message, response) => {
      const answer = () => void response.end(describeApp(request.target))
      if (busy) held.push(answer)
      else answer()
    })
    closers.push(() => upstream.close())
    const { app } = watch(upstream.url.href, [], 100)
    await app.open()
    busy = true
    app.suspect()
    const settled = app.settled()
    // Three looks in vain.
    await expect.poll(() => held.length).toBeGreaterThan(2)
    expect(app.state).toBe('verified')
    busy = false
    for (const answer of held) answer()
    await settled
    expect(app.state).toBe('verified')
  })
})
