/**
 * 6.06: answers tell where on the server's disk the app and its files are, which is what other attacks have to know. Behind
 * the gate such paths stand only where Gradio's own clients need them to fetch a file again.
 */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { callFunction, uploadFile } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('careless')
const gate = useGate(app)
const cookie = useSession(gate)
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
