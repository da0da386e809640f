/**
 * The story: inside the app's own Python two callers meet. A function that works on batches sees one request for all of
 * them, and what a cache keeps for one is handed to the next. No proxy sees the second, so `sekisho check` warns of it.
 */
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { lookAtApp } from '../../src/check/look-at-app.ts'
import { makeReport } from '../../src/check/report.ts'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { callFunction } from '../rig/use-app.ts'
import { gradioDoor } from './doors.ts'
import { usePeople, type Person } from './people.ts'
import { useApp } from './targets.ts'
import { indexOf, newSession } from './ways-to-call.ts'

const app = useApp('neighbours')
const guarded = useApp('neighbours', { env: { NEIGHBOURS_AUTH: '1' } })
const people = usePeople(app, { config: '', members: {} })

async function account(user: string): Promise<Person> {
  const { url } = guarded()
  const knock = await gradioDoor(url).knock({ user, password: `${user}pw` })
  return knock.kind === 'in' ? { url, headers: { cookie: knock.cookie } } : expect.fail(knock.kind)
}

async function join({ url, headers }: Person, word: string) {
  const session_hash = newSession()
  const body = { data: [word], fn_index: await indexOf(app().url, 'whose'), session_hash }
  const { status } = await askJson(url, '/gradio_api/queue/join', body, { headers })
  const answer = async () => {
    const stream = await follow(`${url}/gradio_api/queue/data?session_hash=${session_hash}`, headers)
    const text = await stream.until(/process_completed/)
    stream.close()
    return /\w+ for \w+/.exec(text)?.[0]
  }
  return { status, answer }
}

/** The function is busy; what comes now waits, and is taken together. */
async function untilBusy({ url, headers }: Person): Promise<void> {
  const isTaken = async () =>
    (await ask(url, '/gradio_api/queue/status', { headers })).body.includes('"queue_size":0')
  await expect.poll(isTaken).toBe(true)
}

const warnings = async () => {
  const { url } = app()
  const seen = await lookAtApp(new URL(url), {
    gated: false,
    tryDefaultCredentials: false,
    now: () => Date.now(),
  })
  return makeReport({ url: seen.url, app: seen, gate: undefined, now: Date.now() }, []).findings
}

describe('run a sample in a batch under somebody else’s name', () => {
  it('succeeds on auth=', async () => {
    const [alice, bob] = [await account('alice'), await account('bob')]
    expect((await join(alice, 'wait')).status).toBe(200)
    await untilBusy(alice)
    const first = await join(alice, 'hers')
    const second = await join(bob, 'his')
    await writeFile(path.join(guarded().temporary, 'go'), '')
    expect([await first.answer(), await second.answer()]).toEqual(['hers for alice', 'his for alice'])
  })

  it('is blocked by the gate, which lets one principal at a time into a batch', async () => {
    await rm(path.join(app().temporary, 'go'), { force: true })
    const [alice, bob] = [await people('alice'), await people('bob')]
    expect((await join(alice, 'wait')).status).toBe(200)
    await untilBusy({ url: app().url, headers: {} })
    const first = await join(alice, 'hers')
    expect([first.status, (await join(bob, 'his')).status]).toEqual([200, 429])
    await writeFile(path.join(app().temporary, 'go'), '')
    expect(await first.answer()).toMatch(/^hers for /)
  })

  it('sekisho check warns of it', async () => {
    const found = (await warnings()).find(({ check }) => check.id === 'batch-functions')
    expect(found?.at).toContain('whose')
  })
})

describe('get from a cache what was made for somebody else', () => {
  const made = async ({ url, headers }: Person, text: string) =>
    callFunction(url, 'cached', [text], { headers })

  it('succeeds on auth=', async () => {
    const hers = await made(await account('alice'), 'a secret')
    expect(hers?.[0]).toContain('made of a secret')
    expect(await made(await account('bob'), 'a secret')).toEqual(hers)
  })

  it('succeeds through the gate too: it happens inside the app', async () => {
    const hers = await made(await people('alice'), 'another secret')
    expect(await made(await people('bob'), 'another secret')).toEqual(hers)
  })

  it.runIf(process.platform === 'linux')('sekisho check warns of it', async () => {
    const found = (await warnings()).find(({ check }) => check.id === 'cached-functions')
    expect(found?.at.join()).toContain('neighbours.py')
  })
})
