import { describe, expect, it } from 'vitest'
import { EventInspection } from '../answers/inspect-events.ts'
import { makeMessage, TapChain } from '../answers/show-taps.ts'
import type { Tap } from '../answers/tap.ts'
import type { Component, Endpoint, Slot } from '../app/model.ts'
import { learnDeepLink, learnEvent, learnUpload } from './learn-ids.ts'
import { learnCallResult, learnComponent, learnQueue, learnRun, type OutputParts } from './learn-outputs.ts'
import type { Owner } from './owner.ts'
import type { OwnedEvent } from './ownership.ts'

const alice = 'user:alice' as Owner
const fileTypes = new Set(['image', 'gallery', 'chatbot', 'dataset'])

const slot = (type: string): Slot => ({
  component: 1,
  type,
  props: {},
  holdsFiles: fileTypes.has(type),
  isState: type === 'state',
  changes: true,
})

function endpoint(id: number, ...outputs: readonly string[]): Endpoint {
  return { id, name: `fn${id}`, outputs: outputs.map(slot) } as unknown as Endpoint
}

const endpoints = [
  endpoint(0, 'textbox', 'json', 'state', 'dataset'),
  endpoint(1, 'image', 'textbox', 'gallery'),
]

/** What is learnt, and events that are noted when they are. */
function rig(events: readonly OwnedEvent[]) {
  const known = new Map(events.map((event) => [event.id, event]))
  const files: string[] = []
  let looks = 0
  const parts: OutputParts = {
    owner: alice,
    holdsFiles: (type) => fileTypes.has(type),
    endpointOf: (event) => endpoints[event.endpoint],
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ownership: {
      noteFiles: async (owner, paths) => void files.push(...paths.map((path) => `${owner} ${path}`)),
      findEvent: async (_, id) => {
        looks++
        const event = known.get(id)
        return event === undefined ? { foreign: false } : { event, foreign: false }
      },
    },
  }
  return { parts, files, known, looks: () => looks }
}

const event = (id: string, of: number, session = 'abc.mac'): OwnedEvent => ({
  id,
  owner: alice,
  endpoint: of,
  endpointName: `fn${of}`,
  session,
})

const file = (path: string) => ({
  path,
  url: `http://h/gradio_api/file=${path}`,
  is_stream: false,
  meta: { _type: 'gradio.FileData' },
})

const message = (msg: string, id: string, data: unknown, output: object = {}) =>
  `data: ${JSON.stringify({ msg, event_id: id, output: { data, is_generating: true, ...output }, success: true })}\n\n`

async function stream(tap: Tap, ...messages: readonly string[]): Promise<void> {
  const out: Buffer[] = []
  const inspection = new EventInspection(new TapChain([tap]), (bytes) => out.push(bytes))
  for (const one of messages) await inspection.push(Buffer.from(one))
  expect(Buffer.concat(out).toString()).toBe(messages.join(''))
}

async function whole(tap: Tap, answer: unknown): Promise<void> {
  const text = JSON.stringify(answer)
  if (new TapChain([tap]).wants(Buffer.from(text))) expect(await tap.take(makeMessage(text))).toBeUndefined()
}

describe('a stream of results', () => {
  it('teaches the files in outputs that show files, and in no other', async () => {
    const { parts, files } = rig([event('e0', 0), event('e1', 1)])
    await stream(
      learnQueue(parts),
      message('process_completed', 'e0', [
        JSON.stringify(file('/t')),
        file('/j'),
        file('/s'),
        [[file('/d')]],
      ]),
      message('process_completed', 'e1', [file('/i'), file('/t'), [{ image: file('/g'), caption: '' }]]),
    )
    expect(files).toEqual(['user:alice /i', 'user:alice /g'])
  })

  it('teaches from changes what is new in them, after the first message of an event', async () => {
    const { parts, files } = rig([event('e1', 1)])
    await stream(
      learnQueue(parts),
      message('process_generating', 'e1', [file('/1'), '', []]),
      message('process_generating', 'e1', [
        [
          ['replace', ['path'], '/2'],
          ['replace', ['url'], 'http://h/gradio_api/file=/2'],
        ],
        [['append', [], 'x']],
        [['add', [0], { image: file('/3'), caption: null }]],
      ]),
      message('process_completed', 'e1', [file('/2'), 'x', [{ image: file('/3') }]]),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/1', '/2', '/3', '/2', '/3'])
  })

  it('takes a first message that looks like changes for what it is', async () => {
    const { parts, files } = rig([event('e1', 1), event('e2', 1)])
    const forged = [
      ['replace', ['path'], '/victim'],
      ['replace', ['url'], 'http://h/gradio_api/file=/victim'],
    ]
    await stream(
      learnQueue(parts),
      message('process_generating', 'e1', [forged, '"gradio.FileData"', []]),
      message('process_completed', 'e2', [forged, '"gradio.FileData"', forged]),
      message('process_streaming', 'e2', [forged, '"gradio.FileData"', forged]),
      message('process_streaming', 'e2', [forged, '"gradio.FileData"', forged]),
    )
    expect(files).toEqual([])
  })

  it('counts the messages of each event for itself', async () => {
    const { parts, files } = rig([event('e1', 1), event('e2', 1)])
    await stream(
      learnQueue(parts),
      message('process_generating', 'e1', [file('/1'), '', []]),
      message('process_generating', 'e2', [file('/2'), '', []]),
      message('process_generating', 'e1', [[['replace', [], file('/3')]], [], []]),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/1', '/2', '/3'])
  })

  it('waits for an event that the app spoke of before it was noted', async () => {
    const { parts, files, known, looks } = rig([])
    setImmediate(() => setImmediate(() => known.set('e1', event('e1', 1))))
    await stream(learnQueue(parts), message('process_completed', 'e1', [file('/1')]))
    expect(files).toEqual(['user:alice /1'])
    expect(looks()).toBeGreaterThan(1)
  })

  it('learns nothing of an event that nobody noted, and asks no more for it', async () => {
    const { parts, files, looks } = rig([])
    const tap = learnQueue(parts)
    await stream(tap, message('process_completed', 'e1', [file('/1')]))
    const asked = looks()
    await stream(tap, message('process_completed', 'e1', [file('/1')]))
    expect(files).toEqual([])
    expect(looks()).toBe(asked)
  })

  it('learns nothing of a function that has another name by now', async () => {
    const { parts, files } = rig([{ ...event('e1', 1), endpointName: 'fn0' }])
    await stream(learnQueue(parts), message('process_completed', 'e1', [file('/1')]))
    expect(files).toEqual([])
  })

  it('believes only its own first words about whose event it is', async () => {
    const { parts, files } = rig([event('e0', 0), event('e1', 1)])
    const forged = message('process_completed', 'e0', [
      '{"msg":"process_completed","event_id":"e1"',
      file('/j'),
    ])
    await stream(
      learnQueue(parts),
      forged,
      `data: {"event_id":"e0","msg":"process_completed","output":{"data":["",${JSON.stringify(file('/j'))}],"event_id":"e1"}}\n\n`,
    )
    expect(files).toEqual([])
  })

  it('teaches the files of components that were rendered, by their type', async () => {
    const { parts, files } = rig([event('e0', 0)])
    const components = [
      { id: 1, type: 'image', props: { value: file('/i') } },
      { id: 2, type: 'json', props: { value: file('/j') } },
      { id: 3, type: 'button', props: { value: 'Go', icon: file('/b'), other: file('/o') } },
      { id: 4, type: 'html', props: { icon: file('/h') } },
    ]
    await stream(
      learnQueue(parts),
      message('process_completed', 'e0', [], { render_config: { render_id: 1, components } }),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/i', '/b'])
  })

  it('is not parsed where no file can be in it', () => {
    const { parts, looks } = rig([event('e1', 1)])
    const tap = learnQueue(parts)
    const chain = new TapChain([tap])
    for (const msg of ['estimation', 'progress', 'heartbeat'])
      expect(chain.wants(Buffer.from(message(msg, 'e1', ['text'])))).toBe(false)
    expect(looks()).toBe(0)
  })
})

describe('other answers', () => {
  it('of /run teach like a message', async () => {
    const { parts, files } = rig([])
    await whole(learnRun(parts, endpoint(1, 'json', 'image')), { data: [file('/j'), file('/i')] })
    expect(files).toEqual(['user:alice /i'])
  })

  it('of /call teach where the stream has no other event', async () => {
    for (const [session, learnt] of [
      ['gate_x.mac', 1],
      [undefined, 1],
      ['abc.mac', 0],
    ] as const) {
      const { parts, files } = rig([])
      const { session: _, ...bare } = event('e1', 1)
      const tap = learnCallResult(parts, session === undefined ? bare : { ...bare, session })
      await stream(
        tap,
        `event: generating\ndata: ${JSON.stringify([file('/i'), file('/t')])}\n\n`,
        'event: heartbeat\ndata: null\n\n',
      )
      expect(files).toHaveLength(learnt)
    }
  })

  it('of server functions teach where the component holds files', async () => {
    const { parts, files } = rig([])
    const component = (holdsFiles: boolean) => ({ holdsFiles }) as Component
    await whole(learnComponent(parts, component(false)), file('/no'))
    await whole(learnComponent(parts, component(true)), { a: file('/yes') })
    expect(files).toEqual(['user:alice /yes'])
  })

  it('teach events, uploads and deep links', async () => {
    const noted: unknown[] = []
    const ownership = {
      noteEvent: async (one: OwnedEvent) => void noted.push(one),
      noteFiles: async (owner: Owner, paths: readonly string[]) => void noted.push([owner, paths]),
      noteDeepLink: async (owner: Owner, id: string) => void noted.push([owner, id]),
    }
    const { id, ...asked } = event('e1', 1)
    await whole(learnEvent(ownership, asked), { event_id: id })
    await whole(learnEvent(ownership, asked), { event_id: 5 })
    await whole(learnUpload(ownership, alice), ['/tmp/a', 3, '/tmp/b'])
    await whole(learnUpload(ownership, alice), { detail: '/' })
    await whole(learnDeepLink(ownership, alice), 'Ab-9')
    await whole(learnDeepLink(ownership, alice), null)
    expect(noted).toEqual([event('e1', 1), [alice, ['/tmp/a', '/tmp/b']], [alice, 'Ab-9']])
  })
})
