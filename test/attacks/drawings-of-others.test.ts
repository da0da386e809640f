/**
 * The page sends what somebody draws in an image editor ahead of the call, under an id of its own making. The app keeps the
 * drawings of all in one place: whoever learns an id calls with somebody else's drawing, and takes it away from them.
 */
import { describe, expect, it } from 'vitest'
import { ask } from '../rig/ask.ts'
import { callFunction } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'

type Headers = Readonly<Record<string, string>>

const api = '/gradio_api'
const app = useApp('gives')
const gate = useGate(app)
const alice = useSession(gate)
const bob = useSession(gate)
const asAlice = (): Headers => ({ cookie: alice() })
const asBob = (): Headers => ({ cookie: bob() })

/** One red pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
)

async function draw(url: string, id: string, headers: Headers): Promise<number> {
  const config = JSON.parse((await ask(url, '/config', { headers })).body) as {
    components: { id: number; type: string }[]
  }
  const editor = config.components.find(({ type }) => type === 'imageeditor')
  const form = new FormData()
  for (const [name, value] of Object.entries({
    ...{ id, type: 'composite', index: 'null', fn_name: 'accept_blobs', session_hash: 'drawing' },
    component_id: String(editor?.id),
  }))
    form.append(name, value)
  form.append('file', new File([picture], 'composite.png', { type: 'image/png' }))
  const answer = await fetch(`${url}${api}/component_server`, { method: 'POST', body: form, headers })
  await answer.body?.cancel()
  return answer.status
}

const see = async (url: string, id: string, headers: Headers) =>
  (
    await callFunction(url, 'drawn', [{ background: null, layers: [], composite: null, id }], { headers })
  )?.[0]

describe('take a drawing that waits for its call', () => {
  it('succeeds on the bare app, for whoever knows its id', async () => {
    const { url } = app()
    expect(await draw(url, 'abc123', {})).toBe(200)
    expect(await see(url, 'abc123', {})).toContain('255, 0, 0')
    expect(await see(url, 'abc123', {})).toBe('nothing')
  })

  it('is blocked by the gate, where it is its owner’s alone', async () => {
    const { url } = gate()
    expect(await draw(url, 'def456', asAlice())).toBe(200)
    expect(await see(url, 'def456', asBob())).toBe('nothing')
    expect(await draw(url, 'def456', asBob())).toBe(200)
    expect(await see(url, 'def456', asAlice())).toContain('255, 0, 0')
    expect(await see(url, 'def456', asAlice())).toBe('nothing')
    expect(await see(url, 'def456', asBob())).toContain('255, 0, 0')
  })
})
