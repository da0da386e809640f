/** Tests of answers that wait for what streams brought before them; with sockets: test/path/stream-order.test.ts. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { TapChain } from '../answers/show-taps.ts'
import type { Sink } from '../request.ts'
import { Inspected } from './inspected.ts'
import { StreamOrder } from './stream-order.ts'

/** Longer than any test. */
const patience = 600_000
const never = new Promise<never>(() => undefined)

/** A stream of the app with one tap, and both its ends. */
function makeStream() {
  let app: Sink | undefined
  const looks: (() => void)[] = []
  const passed: string[] = []
  const slow = {
    marks: ['slow'],
    take: () => new Promise<undefined>((resolve) => looks.push(() => resolve(undefined))),
  }
  const early: string[] = []
  const stream = new Inspected({
    inner: {
      ended: never,
      start: (sink) => {
        app = sink
        for (const text of early) sink.write(Buffer.from(text))
        return { drained: () => undefined, abandon: () => undefined }
      },
    },
    taps: new TapChain([slow]),
    fail: (error) => {
      throw error
    },
  })
  const client = {
    write: (bytes: Uint8Array) => passed.push(Buffer.from(bytes).toString()) > 0,
    end: () => undefined,
    cut: () => undefined,
  }
  return {
    stream,
    looks,
    passed,
    say: (text: string) => (app === undefined ? early.push(text) : app.write(Buffer.from(text))),
    take: () => stream.start(client),
  }
}

/** What has passed when an answer may go. */
async function answerAfter(order: StreamOrder, passed: readonly string[]): Promise<string> {
  await order.catchUp('abc')
  return passed.join('')
}

/** Whatever is ready has happened. */
async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn()
}

it('waits for a stream whose head and messages came before anybody took it', async () => {
  const order = new StreamOrder(patience)
  const { stream, passed, say, take } = makeStream()
  order.follow('abc', stream)
  say('data: close_stream\n\n')
  const answered = answerAfter(order, passed)
  await rest()
  take()
  expect(await answered).toBe('data: close_stream\n\n')
})

it('and for the look at what came so', async () => {
  const order = new StreamOrder(patience)
  const { stream, looks, passed, say, take } = makeStream()
  order.follow('abc', stream)
  say('data: slow\n\n')
  const answered = answerAfter(order, passed)
  take()
  await rest()
  expect(passed).toEqual([])
  looks[0]?.()
  expect(await answered).toBe('data: slow\n\n')
})

it('waits for a stream whose connection is read later in the same turn', async () => {
  const order = new StreamOrder(patience)
  const { stream, looks, passed, say, take } = makeStream()
  const answered = answerAfter(order, passed)
  order.follow('abc', stream)
  take()
  say('data: slow\n\n')
  await rest()
  looks[0]?.()
  expect(await answered).toBe('data: slow\n\n')
})

it('waits for what is read once the app goes on', async () => {
  const order = new StreamOrder(patience)
  const { stream, looks, passed, say, take } = makeStream()
  order.follow('abc', stream)
  take()
  say('data: slow 1\n\n')
  const answered = answerAfter(order, passed)
  await rest()
  looks[0]?.()
  await turn()
  say('data: slow 2\n\n')
  await rest()
  looks[1]?.()
  expect(await answered).toBe('data: slow 1\n\ndata: slow 2\n\n')
})

it('waits no longer than it has patience for one that nobody takes', async () => {
  const order = new StreamOrder(1)
  const { stream, passed } = makeStream()
  order.follow('abc', stream)
  expect(await answerAfter(order, passed)).toBe('')
})
