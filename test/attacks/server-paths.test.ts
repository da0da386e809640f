/**
 * 6.06: answers tell where on the server's disk the app and its files are, which is what other attacks have to know. Behind
 * the gate such paths stand only where Gradio's own clients need them to fetch a file again.
 */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { callFunction, readEvents, uploadFile } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('careless')
const gate = useGate(app)
const cookie = useSession(gate)
const giving = useApp('gives')
const givingGate = useGate(giving)
const reader = useSession(givingGate)
type Headers = Readonly<Record<string, string>>

const folderOfApp = path.resolve(import.meta.dirname, '../rig/apps')
const descriptions = ['/', '/config', '/gradio_api/info', '/gradio_api/openapi.json']
const missing = () => [
  `/gradio_api/file=${folderOfApp}/careless.py`,
  '/gradio_api/file=/srv/nothing',
  '/static/no/such',
]

async function readAll(url: string, places: readonly string[], headers: Headers): Promise<string> {
  const answers = await Promise.all(places.map((place) => ask(url, place, { headers })))
  return answers.map(({ body }) => body).join('\n')
}

/** Of the server, wherever it may be. */
function pathsIn(text: string): readonly string[] {
  const folders = [folderOfApp, app().temporary, '/srv/nothing', 'site-packages']
  return folders.filter((folder) => text.includes(folder))
}

describe('6.06 absolute paths of the server in answers', () => {
  it('succeeds on the bare app', async () => {
    expect(pathsIn(await readAll(app().url, descriptions, {}))).toEqual([folderOfApp])
    expect(pathsIn(await readAll(app().url, missing(), {}))).toContain('/srv/nothing')
  })

  it('is blocked by the gate', async () => {
    const headers = { cookie: cookie() }
    expect(pathsIn(await readAll(gate().url, [...descriptions, ...missing()], headers))).toEqual([])
  })

  it('leaves the paths by which clients fetch a file again: of uploads, and in the results that are files', async () => {
    const headers = { cookie: cookie() }
    expect(await uploadFile(gate().url, 'a.txt', 'x', headers)).toContain(app().temporary)
    const [saved] = (await callFunction(gate().url, 'save', ['x'], { headers })) ?? []
    const { path: named, ...rest } = saved as { path: string; url: string }
    expect(pathsIn(named)).toEqual([app().temporary])
    expect(rest.url).toBe(`${gate().url}/gradio_api/file=${named}`)
    expect(pathsIn(JSON.stringify({ ...rest, url: '' }))).toEqual([])
  })
})

describe('6.06 folders that a function names at run time', () => {
  /** What the stream of the queue and the one of the call say. */
  async function hear(url: string, headers: Headers): Promise<string> {
    const { dependencies } = JSON.parse((await ask(url, '/config', { headers })).body) as {
      dependencies: { id: number; api_name: string }[]
    }
    const fn_index = dependencies.find(({ api_name }) => api_name === 'folders')?.id
    const session_hash = 'folders1'
    await askJson(url, '/gradio_api/queue/join', { data: [], fn_index, session_hash }, { headers })
    const address = `${url}/gradio_api/queue/data?session_hash=${session_hash}`
    const streamed = await readEvents(address, headers, /process_completed.*\n/)
    return streamed + JSON.stringify(await callFunction(url, 'folders', [], { headers }))
  }

  it('succeeds on the bare app', async () => {
    const heard = await hear(giving().url, {})
    expect(heard).toContain('/usr/bin')
    expect(heard.split('/usr/lib')).toHaveLength(4)
  })

  it('is blocked by the gate, which says other words for them', async () => {
    const heard = await hear(givingGate().url, { cookie: reader() })
    expect(heard).not.toContain('/usr/')
    expect(new Set(heard.match(/folder-[\w-]{16}/g)).size).toBe(2)
  })
})
