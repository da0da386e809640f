/**
 * How long a file is whose: through the gate, from real Gradio. Readable by its owner from the moment that its path is
 * seen, through restarts of the gate, until the operator says otherwise; by nobody else at any moment.
 */
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { callFunction, uploadFile } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

type Headers = Readonly<Record<string, string>>

const app = useApp('gives')
const gate = useGate(app)
const alice = useSession(gate)
// Guests share a password, and each login is somebody else.
const bob = useSession(gate)

const api = '/gradio_api'
const asAlice = (): Headers => ({ cookie: alice() })
const asBob = (): Headers => ({ cookie: bob() })
let shade = 20
/** One pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC'

/**
 * Gradio writes a picture that is there already once more at each step, and hangs up on whoever reads it in that very moment
 * (gradio/processing_utils.py 6.31, save_img_array_to_cache), without the gate too.
 */
async function read(path: string, headers: Headers, tries = 20): Promise<number> {
  try {
    return (await ask(gate().url, `${api}/file=${encodeURI(path)}`, { headers })).status
  } catch (thrown) {
    if (tries === 0) throw thrown
    return read(path, headers, tries - 1)
  }
}

async function picture(headers: Headers): Promise<string> {
  const [file] = (await callFunction(gate().url, 'one', [++shade], { headers })) ?? []
  return (file as { path: string }).path
}

/** Calls through the queue; `seen` is told each path of the app's in the very moment in which it comes. */
async function watch(name: string, headers: Headers, seen: (path: string) => Promise<void>): Promise<string> {
  const { url } = gate()
  const config = JSON.parse((await ask(url, '/config', { headers })).body) as {
    dependencies: { id: number; api_name: string }[]
  }
  const id = config.dependencies.find(({ api_name }) => api_name === name)?.id
  const session_hash = `files${String(++shade)}`
  await askJson(url, `${api}/queue/join`, { data: [++shade], fn_index: id, session_hash }, { headers })
  const answer = await fetch(`${url}${api}/queue/data?session_hash=${session_hash}`, { headers })
  let text = ''
  let told = 0
  const decoder = new TextDecoder()
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    // Whole ones: a chunk may end in the middle of a path.
    const paths = Array.from(text.matchAll(/"(\/tmp\/[^"\\]+)"/g), ([, path]) => path ?? '')
    for (const path of paths.slice(told)) await seen(path)
    told = paths.length
  }
  return text
}

describe('a file that the app gave to somebody', () => {
  it.each(['one', 'several', 'growing', 'chat', 'updated'])(
    'is theirs as soon as they see it, and nobody else’s: %s',
    async (name) => {
      const seen = new Set<string>()
      const text = await watch(name, asAlice(), async (path) => {
        seen.add(path)
        expect(await read(path, asAlice())).toBe(200)
        expect(await read(path, asBob())).toBe(404)
      })
      expect(text).toContain('process_completed')
      expect(seen.size).toBeGreaterThan(0)
    },
  )

  it('is given back to the app by its owner, and by nobody else', async () => {
    const path = await uploadFile(gate().url, 'a b.txt', `wage ${String(++shade)}`, asAlice())
    const file = { path, meta: { _type: 'gradio.FileData' } }
    const { url } = gate()
    expect(await callFunction(url, 'echo_file', [file], { headers: asBob() })).toBeUndefined()
    const [echoed] = (await callFunction(url, 'echo_file', [file], { headers: asAlice() })) ?? []
    expect(await read((echoed as { path: string }).path, asAlice())).toBe(200)
  })

  it('is the file of an event for its owner alone, however its path is spelt', async () => {
    const path = await uploadFile(gate().url, 'read me.txt', `bonus ${String(++shade)}`, asAlice())
    const download = async (url: string, headers: Headers, spelt: string) => {
      const body = { data: [], event_data: { path: spelt } }
      return (await askJson(url, `${api}/run/downloaded`, body, { headers })).body
    }
    // From wherever the app runs; Gradio takes what leads to its folder (gradio/processing_utils.py 6.31).
    const around = `${'../'.repeat(30)}${path.slice(1)}`
    for (const spelt of [path, around, `./${around}`]) {
      expect(await download(app().url, {}, spelt)).toContain('bonus')
      expect(await download(gate().url, asBob(), spelt)).toBe('{"detail":"Not found."}')
    }
    expect(await download(gate().url, asAlice(), path)).toContain('bonus')
  })

  it('is none that was never uploaded, but stands in the call itself', async () => {
    const url = `data:image/png;base64,${png}`
    const [bare, asked] = await Promise.all(
      [app().url, gate().url].map((at) =>
        askJson(at, `${api}/run/shape_of`, { data: [{ url }] }, { headers: asAlice() }),
      ),
    )
    expect(bare?.body).toContain('of shape (1, 1, 3)')
    expect(asked).toMatchObject({ status: 415, body: '{"detail":"This kind of file is not accepted."}' })
  })

  it('stays theirs when the gate is started anew', async () => {
    const path = await picture(asAlice())
    await gate().restart()
    expect(await read(path, asAlice())).toBe(200)
    expect(await read(path, asBob())).toBe(404)
  })

  it('is of both who were given the same', async () => {
    const path = await picture(asAlice())
    shade--
    expect(await picture(asBob())).toBe(path)
    expect([await read(path, asAlice()), await read(path, asBob())]).toEqual([200, 200])
  })

  it('is theirs no more once the operator has said so', async () => {
    const path = await picture(asAlice())
    expect(await read(path, asAlice())).toBe(200)
    expect(await gate().store.ownership.revoke('file', { id: path })).toBe(1)
    await expect.poll(() => read(path, asAlice())).toBe(404)
  })

  it('is not theirs under any other spelling', async () => {
    const path = await picture(asAlice())
    for (const other of [`/tmp/..${path}`, path.replace('/tmp/', '/tmp//'), `${path}/`, path.slice(1)]) {
      expect(await read(other, asAlice())).not.toBe(200)
    }
  })

  it('is forgotten when nobody needed it for a month', async () => {
    const path = await picture(asAlice())
    const day = 24 * 3_600_000
    gate().clock.advance(31 * day)
    const left = () => gate().store.ownership.findAll('file', path, 9)
    await expect.poll(left).toEqual([])
  })
})
