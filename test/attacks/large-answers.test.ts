/** A secret in an answer that is larger than what anybody holds in memory, and an exception as long. */
import { describe, expect, it } from 'vitest'
import { askJson } from '../rig/ask.ts'
import { readAll } from './read-all.ts'
import { useApp, useGate, useSession } from './targets.ts'
import { indexOf, newSession, type Caller } from './ways-to-call.ts'

const app = useApp('boards')
const gate = useGate(app)
const cookie = useSession(gate)
const bare = (): Caller => ({ url: app().url, headers: {} })
const behind = (): Caller => ({ url: gate().url, headers: { cookie: cookie() } })

const api = '/gradio_api'
const secret = `ghp_${'aB3'.repeat(12)}`
const telling = secret.slice(0, 8)
/** In front of the millions of characters and behind them. */
const places = (text: string) => [text.slice(0, 2_000), text.slice(-2_000)].join('\n')

const run = async ({ url, headers }: Caller, name: string) =>
  askJson(url, `${api}/run/${name}`, { data: [secret] }, { headers })

/** All of the stream, or what came of it before it was cut. */
async function queue({ url, headers }: Caller, name: string): Promise<string> {
  const session_hash = newSession()
  const body = { session_hash, data: [secret], fn_index: await indexOf(app().url, name) }
  await askJson(url, `${api}/queue/join`, body, { headers })
  const stream = await fetch(`${url}${api}/queue/data?session_hash=${session_hash}`, { headers })
  return stream.text().catch(() => 'cut')
}

describe('a secret in twenty megabytes', () => {
  it('reaches whoever calls the bare app', async () => {
    expect(places((await run(bare(), 'large')).body)).toContain(secret)
  })

  it('is taken out by the gate, and all the rest arrives: at once', async () => {
    const { status, body } = await run(behind(), 'large')
    expect(status).toBe(200)
    const { data } = JSON.parse(body) as { data: [string] }
    expect(data[0] === `[withheld]${'x'.repeat(20_000_000)} [withheld]`).toBe(true)
  })

  it('is taken out by the gate, and all the rest arrives: by the queue', async () => {
    const text = await queue(behind(), 'large')
    expect(text.includes(telling)).toBe(false)
    expect(text.split('[withheld]')).toHaveLength(3)
    expect(text.length).toBeGreaterThan(20_000_000)
  })

  it('is taken out where its first half comes in one message and the rest in another', async () => {
    const text = await queue(behind(), 'large_stream')
    expect(text.includes(telling)).toBe(false)
    expect(text).toContain('"msg":"process_completed"')
  })

  it('stands in the log, by its kind', async () => {
    const lines = async () => (await readAll(gate().auditDir)).split('\n')
    await expect
      .poll(async () => (await lines()).filter((line) => line.includes('answer.withheld')))
      .not.toEqual([])
  })
})

describe('an exception of twenty megabytes', () => {
  it('reaches whoever calls the bare app', async () => {
    expect(places((await run(bare(), 'large_error')).body)).toContain(secret)
  })

  it('does not pass the gate', async () => {
    expect(await run(behind(), 'large_error')).toMatchObject({ status: 502 })
    expect(await queue(behind(), 'large_error')).toBe('cut')
  })
})
