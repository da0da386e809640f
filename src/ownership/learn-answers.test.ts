/** What answers teach that are no stream of the queue. */
import { describe, expect, it } from 'vitest'
import { TapChain } from '../answers/show-taps.ts'
import type { Tap } from '../answers/tap.ts'
import type { Component } from '../app/model.ts'
import { learnDeepLink, learnEvent, learnJoined, learnUpload } from './learn-ids.ts'
import { learnCallResult, learnComponent, learnRun } from './learn-outputs.ts'
import type { Owner } from './owner.ts'
import type { OwnedEvent } from './ownership.ts'
import { alice, endpoint, rig, event, file, stream, whole } from './learning.contract.ts'

describe('other answers', () => {
  it('of /run teach like a message', async () => {
    const { parts, files } = rig([])
    await whole(learnRun(parts, endpoint(1, 'json', 'image')), { data: [file('/j'), file('/i')] })
    expect(files).toEqual(['user:alice /i'])
  })

  it('are looked at where what they teach can be in them', () => {
    const ownership = {
      noteEvent: async () => undefined,
      noteEventSoon: () => undefined,
      noteFiles: async () => undefined,
      noteDeepLink: async () => undefined,
    }
    const { parts } = rig([])
    const { id: _, ...asked } = event('e1', 1)
    const wants = (tap: Tap, text: string) => new TapChain([tap]).wants(Buffer.from(text))
    expect(wants(learnEvent(ownership, asked), '{"event_id":"e"}')).toBe(true)
    expect(wants(learnJoined(ownership, asked), '{"event_id":"e"}')).toBe(true)
    expect(wants(learnUpload(ownership, alice), '["/tmp/a"]')).toBe(true)
    expect(wants(learnDeepLink(ownership, alice), '"a"')).toBe(true)
    for (const tap of [
      ...[learnEvent(ownership, asked), learnUpload(ownership, alice), learnRun(parts, endpoint(1, 'image'))],
      learnComponent(parts, { holdsFiles: true } as Component),
      learnCallResult(parts, event('e1', 1)),
    ])
      expect(wants(tap, '{"data":["text"]}')).toBe(false)
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
      noteEventSoon: (one: OwnedEvent) => void noted.push(['soon', one]),
      noteFiles: async (owner: Owner, paths: readonly string[]) => void noted.push([owner, paths]),
      noteDeepLink: async (owner: Owner, id: string) => void noted.push([owner, id]),
    }
    const { id, ...asked } = event('e1', 1)
    await whole(learnEvent(ownership, asked), { event_id: id })
    await whole(learnEvent(ownership, asked), { event_id: 5 })
    await whole(learnJoined(ownership, asked), { event_id: id })
    await whole(learnJoined(ownership, asked), { event_id: 5 })
    await whole(learnUpload(ownership, alice), ['/tmp/a', 3, '/tmp/b'])
    await whole(learnUpload(ownership, alice), { detail: '/' })
    await whole(learnDeepLink(ownership, alice), 'Ab-9')
    await whole(learnDeepLink(ownership, alice), null)
    expect(noted).toEqual([
      event('e1', 1),
      ['soon', event('e1', 1)],
      [alice, ['/tmp/a', '/tmp/b']],
      [alice, 'Ab-9'],
    ])
  })
})
