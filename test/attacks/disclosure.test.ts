/**
 * The story: before attacking, a stranger reads: the configuration with its hidden fields, the schema, the name and
 * version of the software, the route listing, the usage of others. Through the gate all of it is one constant answer.
 */
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { canary, useApp, useAppWithAuth, useGate, useSession } from './targets.ts'

const bare = useApp('careless')
const withAuth = useAppWithAuth()
const gate = useGate(bare)
const session = useSession(gate)
const api = '/gradio_api'
const asBrowser = { accept: 'text/html,application/xhtml+xml' }

/** What stands at some paths, for somebody without login. */
async function readAsStranger(url: string, paths: readonly string[], headers = {}): Promise<string> {
  const answers = await Promise.all(paths.map((path) => ask(url, path, { headers })))
  return answers.map((answer) => answer.body).join('\n')
}

describe('6.04 default value of a hidden password box, readable without login', () => {
  const places = ['/', '/config', `${api}/info`, `${api}/runs`, '/?deep_link=x', '/config/']

  it('succeeds on the bare app', async () => {
    expect(await readAsStranger(bare().url, places)).toContain(canary)
  })

  it('is blocked by the gate, for a browser and for a program', async () => {
    expect(await readAsStranger(gate().url, places)).not.toContain(canary)
    expect(await readAsStranger(gate().url, places, asBrowser)).not.toContain(canary)
  })
})

describe('6.05 /config readable without login', () => {
  it('succeeds on the bare app', async () => {
    expect(await readAsStranger(bare().url, ['/config'])).toContain('"components"')
  })

  it('is blocked by the gate', async () => {
    expect(await readAsStranger(gate().url, ['/config'])).not.toContain('"components"')
  })
})

describe('6.07 Server header or page names software and version before login', () => {
  /** Names of servers, frameworks and languages, with or without a version, in any header or text. */
  async function nameSoftware(url: string, paths: readonly string[]): Promise<readonly string[]> {
    const answers = await Promise.all(paths.map((path) => ask(url, path, { headers: asBrowser })))
    const text = answers
      .map(({ headers, body }) => `${JSON.stringify(headers)}\n${body}`)
      .join('\n')
      .toLowerCase()
    const names = [
      'uvicorn',
      'gradio',
      'fastapi',
      'starlette',
      'python',
      'node',
      'undici',
      'x-powered-by',
      'svelte',
    ]
    return names.filter((name) => new RegExp(`(?<![a-z])${name}(?![a-z])`).test(text))
  }

  it('succeeds on the bare app', async () => {
    expect(await nameSoftware(bare().url, ['/'])).toEqual(expect.arrayContaining(['uvicorn', 'gradio']))
  })

  it('is blocked by the gate', async () => {
    const places = [
      '/',
      '/.sekisho/login',
      '/.sekisho/nothing',
      '/config',
      '/robots.txt?',
      '/.sekisho/health',
    ]
    expect(await nameSoftware(gate().url, places)).toEqual([])
  })
})

describe('6.08 /monitoring and /monitoring/summary show the usage of all users', () => {
  async function readUsage(url: string, cookie: string): Promise<string> {
    const headers = { cookie }
    const answers = await Promise.all(
      ['/monitoring', '/monitoring/summary', '/monitoring/x/dashboard/'].map((path) =>
        ask(url, path, { headers }),
      ),
    )
    return answers.map(({ status, body }) => `${String(status)} ${body}`).join('\n')
  }

  it('succeeds on the bare app', async () => {
    expect(await readUsage(bare().url, '')).toContain('"functions"')
  })

  it('is blocked by the gate, for those who signed in too', async () => {
    for (const cookie of [session(), '']) {
      const usage = await readUsage(gate().url, cookie)
      expect(usage).not.toMatch(/^200/m)
      expect(usage).not.toContain('"functions"')
    }
    expect(await readUsage(gate().url, session())).toMatch(/^404/)
  })
})

describe('6.09 /openapi.json without login', () => {
  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
  ])('succeeds on %s', async (_, target) => {
    expect(await readAsStranger(target().url, ['/openapi.json'])).toContain('/gradio_api/queue/join')
  })

  it('is blocked by the gate, with a login too', async () => {
    expect(await readAsStranger(gate().url, ['/openapi.json', `${api}/openapi.json`])).not.toContain(
      '"paths"',
    )
    expect((await ask(gate().url, '/openapi.json', { headers: { cookie: session() } })).status).toBe(404)
  })
})

describe('6.10 /docs or /redoc without login', () => {
  const places = ['/docs', '/redoc', '/docs/oauth2-redirect', '/docs/', '/redoc/']

  it('stays blocked on the bare app and at the gate', async () => {
    for (const { url } of [bare(), gate()])
      expect(await readAsStranger(url, places)).not.toMatch(/swagger|redoc/i)
    for (const place of places) {
      const answer = await ask(gate().url, place, { headers: { cookie: session() } })
      expect(answer.status).toBe(404)
    }
  })
})

describe('6.11 /gradio_api/info without login', () => {
  const places = [`${api}/info`, `${api}/info/`, `${api}/info?all_endpoints=true`, '/info']

  it('succeeds on the bare app', async () => {
    expect(await readAsStranger(bare().url, places)).toContain('named_endpoints')
  })

  it('is blocked by the gate', async () => {
    expect(await readAsStranger(gate().url, places)).not.toContain('named_endpoints')
  })
})

describe('one constant answer', () => {
  it('a stranger learns nothing of which paths exist: real ones, closed ones and invented ones read alike', async () => {
    const places = ['/config', '/openapi.json', '/monitoring', '/login', '/no-such-path', `${api}/queue/data`]
    const seen = new Set<string>()
    for (const place of places) {
      const { status, headers, body } = await ask(gate().url, place)
      const { date: _, ...constant } = headers
      seen.add(JSON.stringify({ status, constant, body }))
    }
    expect(seen.size).toBe(1)
  })
})
