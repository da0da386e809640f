import { expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { EventRedactor } from './event-redactor.ts'
import { SessionShared } from '../answers/session-shared.ts'

const github = `ghp_${'aB3'.repeat(12)}`

/** What leaves of one output. */
function show(redactor: EventRedactor, data: Json): Json | undefined {
  const message = { msg: 'process_generating', event_id: 'e', output: { data: [data] } }
  return redactor.take(message).message?.['output'] ?? message.output
}

it('a secret that is dealt out among the streams of one session stays one', () => {
  const redactors = new SessionShared(() => new EventRedactor())
  const streams = Array.from({ length: 3 }, () => redactors.of('s'))
  const pieces = [github.slice(0, 10), github.slice(10, 20), github.slice(20)]
  const shown = pieces.map((piece, at) =>
    show(streams[at] ?? redactors.of('s'), at === 0 ? `x ${piece}` : [['append', [], piece]]),
  )
  expect(JSON.stringify(shown)).not.toContain(github.slice(4, 8))
  expect(JSON.stringify(shown)).not.toContain(pieces[1])
})

it('another session has its own', () => {
  const redactors = new SessionShared(() => new EventRedactor())
  expect(redactors.of('one')).toBe(redactors.of('one'))
  expect(redactors.of('one')).not.toBe(redactors.of('other'))
})
