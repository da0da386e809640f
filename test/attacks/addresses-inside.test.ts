/**
 * The story: whoever may hand the app a file hands it an address instead, of something that only the app's machine can
 * reach. Gradio refuses addresses of its own network; the gate lets no address through that the operator hasn't named.
 */
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { callFunction, uploadFile } from '../rig/use-app.ts'
import { useCanary } from './canary.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('neighbours')
const gate = useGate(app)
const cookie = useSession(gate)
const canary = useCanary()
const api = '/gradio_api'
const places = [
  ['on the bare app', () => app().url, () => ({})],
  ['by the gate', () => gate().url, () => ({ cookie: cookie() })],
] as const

describe('5.12 an address in the place of a file that a function reads', () => {
  const meta = { _type: 'gradio.FileData' }
  const files = () => [
    { path: canary.url, meta },
    { path: canary.url },
    { path: 'a.txt', url: canary.url, meta },
    { path: '', url: canary.url, orig_name: 'a.txt', meta },
    canary.url,
  ]

  it.each(places)('stays blocked %s', async (_where, url, headers) => {
    for (const file of files()) {
      const options = { headers: headers() }
      expect(await callFunction(url(), 'read', [file], options)).toBeUndefined()
      const message = { text: '', files: [file] }
      expect(await callFunction(url(), 'read_message', [message], options)).toBeUndefined()
    }
    expect(canary.reached).toBe(0)
  })

  it.each(places)('leaves a file that was uploaded: %s', async (_where, url, headers) => {
    const path = await uploadFile(url(), 'a.txt', 'my own', headers())
    const result = await callFunction(url(), 'read', [{ path, meta }], { headers: headers() })
    expect(result).toEqual(['my own'])
  })
})

describe('5.13 an address in the place of a file that is shown', () => {
  const targets = () => [
    `${api}/file=${canary.url}`,
    `${api}/file=${encodeURIComponent(canary.url)}`,
    `${api}/file/${canary.url}`,
    `${api}/proxy=${canary.url}`,
    `${api}/proxy=${encodeURIComponent(canary.url)}`,
    `/file=${canary.url}`,
  ]

  it.each(places)('stays blocked %s', async (_where, url, headers) => {
    for (const target of targets()) {
      const { status, body } = await ask(url(), target, { headers: headers() })
      expect([target, status >= 400, body.includes('inner')]).toEqual([
        target,
        true,
        body.includes(canary.url),
      ])
    }
    expect(canary.reached).toBe(0)
  })

  it('the canary would have been heard', async () => {
    expect((await ask(canary.url, '/inner')).body).toBe('inner')
    expect(canary.reached).toBe(1)
  })
})
