/**
 * The story: a function reads whatever path it is handed, and the path is one of the server's own files. Gradio looks at
 * paths when it launched the app itself; in an app that is mounted into another one it doesn't. The gate looks in both.
 */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { callFunction, uploadFile } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

const launched = useApp('neighbours')
const mounted = useApp('neighbours', { env: { NEIGHBOURS_MOUNTED: '1' } })
const gate = useGate(mounted)
const cookie = useSession(gate)
const meta = { _type: 'gradio.FileData' }

const files = {
  'a file of the system': { path: '/etc/passwd', proof: 'root:' },
  'the source of the app': {
    path: path.resolve(import.meta.dirname, '../rig/apps/neighbours.py'),
    proof: 'gr.Blocks',
  },
} as const

async function read(url: string, named: string, headers = {}): Promise<string> {
  const forms = [{ path: named, meta }, { path: named }, { path: named, url: 'x', orig_name: 'a.txt', meta }]
  const results: unknown[] = []
  for (const file of forms) {
    results.push(await callFunction(url, 'read', [file], { headers }))
    results.push(await callFunction(url, 'read_message', [{ text: '', files: [file] }], { headers }))
  }
  return JSON.stringify(results)
}

describe.each(Object.entries(files))('5.11 the path of %s in the place of an upload', (_what, wanted) => {
  it('stays blocked on the bare app, which Gradio launched', async () => {
    expect(await read(launched().url, wanted.path)).not.toContain(wanted.proof)
  })

  it('succeeds on the bare app that is mounted into another', async () => {
    expect(await read(mounted().url, wanted.path)).toContain(wanted.proof)
  })

  it('is blocked by the gate, whose app is the mounted one', async () => {
    expect(await read(gate().url, wanted.path, { cookie: cookie() })).not.toContain(wanted.proof)
  })
})

it('one’s own upload is still read through the gate', async () => {
  const headers = { cookie: cookie() }
  const uploaded = await uploadFile(gate().url, 'a.txt', 'my own', headers)
  expect(await read(gate().url, uploaded, headers)).toContain('my own')
})

describe('5.15 the path of a file of the server in an address', () => {
  const traversals = ['../../../../etc/passwd', '/etc/passwd', '%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd']
  const routes = ['/gradio_api/file=', '/gradio_api/file/', '/static/', '/assets/', '/svelte/']
  const targets = routes.flatMap((route) => traversals.map((named) => `${route}${named}`))

  it.each([
    ['on the bare app', () => launched().url, () => ({})],
    ['on the mounted one', () => mounted().url, () => ({})],
    ['by the gate', () => gate().url, () => ({ cookie: cookie() })],
  ])('stays blocked %s', async (_where, url, headers) => {
    for (const target of targets) {
      const { status, body } = await ask(url(), target, { headers: headers() })
      expect([target, status >= 400, body.includes('root:')]).toEqual([target, true, false])
    }
  })
})
