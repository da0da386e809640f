/**
 * The signing oracle: what makes a file somebody's is that the app gave it to them in a component that shows files. A
 * function that merely repeats what it was told must not make another's file one's own. Against real Gradio's messages,
 * byte for byte, as they come to the taps.
 */
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventInspection } from '../../src/answers/inspect-events.ts'
import { makeMessage, TapChain } from '../../src/answers/show-taps.ts'
import type { Tap } from '../../src/answers/tap.ts'
import { holdsFiles } from '../../src/app/holds-files.ts'
import type { AppModel, Endpoint } from '../../src/app/model.ts'
import { readModel } from '../../src/app/read-model.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { Secret } from '../../src/kit/secret.ts'
import { learnJoined, learnUpload } from '../../src/ownership/learn-ids.ts'
import { learnCallResult, learnQueue, learnRun, type OutputParts } from '../../src/ownership/learn-outputs.ts'
import { Ledger } from '../../src/ownership/ledger.ts'
import type { Owner } from '../../src/ownership/owner.ts'
import type { OwnedEvent } from '../../src/ownership/ownership.ts'
import { SessionHashes } from '../../src/ownership/session-hash.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'

const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]
let app: GradioApp
let model: AppModel

beforeAll(async () => {
  app = await startTestApp('gives')
  const client = new Pool(app.url)
  model = (await readModel({ client, patience: 10_000 }, '')).model
  await client.close()
})
afterAll(() => app.stop())

function endpoint(name: string): Endpoint {
  const found = model.byName.get(name)
  if (found === undefined) throw new TypeError(name)
  return found
}

/** A ledger of its own, and what it learns from. */
function open() {
  const store = makeMemoryStore()
  const hashes = new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' })
  const ledger = new Ledger({ store, hashes, clock: systemClock, sharedFiles: () => new Set() })
  const partsOf = (owner: Owner): OutputParts => ({
    ownership: ledger,
    owner,
    holdsFiles,
    gradio: model.gradio,
    endpointOf: (event) => model.endpoints.get(event.endpoint),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  })
  const owns = async (owner: Owner, path: string) =>
    (await ledger.judgeFiles(owner, [path]))[0]?.standing === 'own'
  return { ledger, partsOf, owns }
}

type Opened = ReturnType<typeof open>

async function post(path: string, body: unknown): Promise<string> {
  const answer = await fetch(`${app.url}/gradio_api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return answer.text()
}

async function show(tap: Tap, text: string): Promise<void> {
  if (new TapChain([tap]).wants(Buffer.from(text))) await tap.take(makeMessage(text))
}

/** Every message as it leaves the taps; `seen` is called when a client would see it. */
async function watch(path: string, tap: Tap, seen: (text: string) => void | Promise<void>): Promise<void> {
  const answer = await fetch(`${app.url}/gradio_api${path}`)
  let out = ''
  const inspection = new EventInspection(new TapChain([tap]), (bytes) => (out += bytes.toString()))
  if (answer.body === null) throw new TypeError('no body')
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    await inspection.push(chunk)
    await seen(out)
    out = ''
  }
  await inspection.end()
}

/** Calls through the queue as `owner`; answers the result, and every path of the app's that was seen but wasn't the owner's. */
async function call(name: string, data: readonly unknown[], owner: Owner, { ledger, partsOf, owns }: Opened) {
  const session = ledger.makeSession(owner).upstream
  const { id, name: endpointName } = endpoint(name)
  const joined = await post('/queue/join', { data, fn_index: id, session_hash: session })
  await show(learnJoined(ledger, { owner, endpoint: id, endpointName, session }), joined)
  const foreign: string[] = []
  let last = ''
  await watch(`/queue/data?session_hash=${session}`, learnQueue(partsOf(owner)), async (text) => {
    if (text.includes('process_completed')) last = text
    for (const [, path] of text.matchAll(/"(\/tmp\/[^"\\]+)/g)) {
      if (path !== undefined && !(await owns(owner, path))) foreign.push(path)
    }
  })
  const completed = /data: (\{"msg":"process_completed".*\})/.exec(last)?.[1]
  return { completed: completed ?? '', foreign }
}

/** A picture of alice's that nobody else has made. */
let shade = 10
async function picture(opened: Opened) {
  const { completed } = await call('one', [++shade], alice, opened)
  const { output } = JSON.parse(completed) as { output: { data: { path: string }[] } }
  const [file] = output.data
  if (file === undefined) throw new TypeError('no picture')
  expect(await opened.owns(alice, file.path)).toBe(true)
  expect(await opened.owns(bob, file.path)).toBe(false)
  return file
}

describe('whoever is given a file', () => {
  it.each(['one', 'several', 'growing', 'chat', 'updated'])(
    'owns it when they first see it: %s',
    async (name) => {
      const { completed, foreign } = await call(name, [shade], alice, open())
      expect(completed).toMatch(/"path":"\/tmp\//)
      expect(foreign).toEqual([])
    },
  )

  it('owns it when it was drawn for them at run time', async () => {
    const renderer = [...model.endpoints.values()].find(({ renders }) => renders)
    const { completed, foreign } = await call(renderer?.name ?? '', [2], alice, open())
    expect(completed).toMatch(/"path":"\/tmp\//)
    expect(foreign).toEqual([])
  })

  it('owns what came outside the queue, by a call and by an upload', async () => {
    const opened = open()
    const { ledger, partsOf, owns } = opened
    const fast = await post('/run/one_fast', { data: [++shade] })
    await show(learnRun(partsOf(alice), endpoint('one_fast')), fast)
    const [, ran] = /"path":"([^"]+)"/.exec(fast) ?? []
    expect(await owns(alice, ran ?? '')).toBe(true)

    const session = ledger.makeSession(alice).upstream
    const started = await post('/call/one', { data: [++shade], session_hash: session })
    const { event_id: id } = JSON.parse(started) as { event_id: string }
    const event: OwnedEvent = { id, owner: alice, endpoint: endpoint('one').id, endpointName: 'one', session }
    let called = ''
    await watch(`/call/one/${id}`, learnCallResult(partsOf(alice), event), (text) => void (called += text))
    const [, result] = /"path": "([^"]+)"/.exec(called) ?? []
    expect(await owns(alice, result ?? '')).toBe(true)

    const form = new FormData()
    form.append('files', new Blob(['hello']), 'a b.txt')
    const uploaded = await (
      await fetch(`${app.url}/gradio_api/upload`, { method: 'POST', body: form })
    ).text()
    await show(learnUpload(ledger, alice), uploaded)
    expect(await owns(alice, (JSON.parse(uploaded) as string[])[0] ?? '')).toBe(true)
  })
})

describe('whoever has a file’s path repeated by the app', () => {
  it.each<[string, (file: object) => unknown]>([
    ['echo_json', (file) => file],
    ['echo_json', (file) => [['replace', [], file]]],
    ['echo_text', (file) => JSON.stringify(file)],
    ['shown_in_chat', (file) => file],
    ['shown_in_chat', (file) => ({ deep: [{ value: file }] })],
  ])('does not own it: %s', async (name, forged) => {
    const opened = open()
    const file = await picture(opened)
    const { completed, foreign } = await call(name, [forged(file)], bob, opened)
    expect(completed).toContain(file.path)
    expect(foreign).toContain(file.path)
    expect(await opened.owns(bob, file.path)).toBe(false)
  })

  it('does not own it by hearing one call’s answer on another call’s stream', async () => {
    const opened = open()
    const { ledger, partsOf, owns } = opened
    const file = await picture(opened)
    // Gradio gives the stream of an event all that its session's events say, so a text box would pass for an image.
    const session = ledger.nameSession(bob, 'mine')?.upstream ?? ''
    const start = async (name: string, data: unknown[]) => {
      const answer = await post(`/call/${name}`, { data, session_hash: session })
      return (JSON.parse(answer) as { event_id: string }).event_id
    }
    const id = await start('several', [shade])
    await start('echo_json', [file])
    const event: OwnedEvent = {
      id,
      owner: bob,
      endpoint: endpoint('several').id,
      endpointName: 'several',
      session,
    }
    let heard = ''
    await watch(`/call/several/${id}`, learnCallResult(partsOf(bob), event), (text) => void (heard += text))
    expect(heard).toContain(file.path)
    expect(await owns(bob, file.path)).toBe(false)
  })
})
