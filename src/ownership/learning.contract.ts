/** What learns from answers, with events that are noted when a test says so. */
import { expect } from 'vitest'
import { EventInspection } from '../answers/inspect-events.ts'
import { makeMessage, TapChain } from '../answers/show-taps.ts'
import type { Tap } from '../answers/tap.ts'
import type { Endpoint, Slot } from '../app/model.ts'
import type { OutputParts } from './learn-outputs.ts'
import type { Owner } from './owner.ts'
import type { OwnedEvent } from './ownership.ts'

export const alice = 'user:alice' as Owner
export const fileTypes = new Set(['image', 'gallery', 'chatbot', 'dataset'])

export const slot = (type: string): Slot => ({
  component: 1,
  type,
  props: {},
  holdsFiles: fileTypes.has(type),
  isState: type === 'state',
  changes: true,
})

export function endpoint(id: number, ...outputs: readonly string[]): Endpoint {
  return { id, name: `fn${id}`, outputs: outputs.map(slot) } as unknown as Endpoint
}

export const endpoints = [
  endpoint(0, 'textbox', 'json', 'state', 'dataset'),
  endpoint(1, 'image', 'textbox', 'gallery'),
]

/** What is learnt, and events that are noted when they are. */
export function rig(events: readonly OwnedEvent[]) {
  const known = new Map(events.map((event) => [event.id, event]))
  const files: string[] = []
  let looks = 0
  let notes = 0
  const parts: OutputParts = {
    owner: alice,
    holdsFiles: (type) => fileTypes.has(type),
    gradio: '6.31.0',
    endpointOf: (event) => endpoints[event.endpoint],
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ownership: {
      noteFiles: async (owner, paths) => {
        notes++
        files.push(...paths.map((path) => `${owner} ${path}`))
      },
      findEvent: async (_, id) => {
        looks++
        const event = known.get(id)
        return event === undefined ? { foreign: false } : { event, foreign: false }
      },
    },
  }
  return { parts, files, known, looks: () => looks, notes: () => notes }
}

export const event = (id: string, of: number, session = 'abc.mac'): OwnedEvent => ({
  id,
  owner: alice,
  endpoint: of,
  endpointName: `fn${of}`,
  session,
})

export const file = (path: string) => ({
  path,
  url: `http://h/gradio_api/file=${path}`,
  is_stream: false,
  meta: { _type: 'gradio.FileData' },
})

export const message = (msg: string, id: string, data: unknown, output: object = {}) =>
  `data: ${JSON.stringify({ msg, event_id: id, output: { data, is_generating: true, ...output }, success: true })}\n\n`

export async function stream(tap: Tap, ...messages: readonly string[]): Promise<void> {
  const out: Buffer[] = []
  const inspection = new EventInspection(new TapChain([tap]), (bytes) => out.push(bytes))
  for (const one of messages) await inspection.push(Buffer.from(one))
  expect(Buffer.concat(out).toString()).toBe(messages.join(''))
}

export async function whole(tap: Tap, answer: unknown): Promise<void> {
  const text = JSON.stringify(answer)
  if (new TapChain([tap]).wants(Buffer.from(text))) expect(await tap.take(makeMessage(text))).toBeUndefined()
}
