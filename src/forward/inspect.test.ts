/** Tests of answers that taps look at, from a real server to a client that takes its time. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import type { Tap } from '../answers/tap.ts'
import { GateFault } from '../kit/fault.ts'
import { isRefusal } from '../refusals.ts'
import type { Answer } from '../request.ts'
import { inspect } from './inspect.ts'
import { Relay } from './relay.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

interface Asked {
  readonly taps: readonly Tap[]
  readonly answer: (response: ServerResponse) => void
  readonly mostBytes?: number
  readonly method?: 'GET' | 'HEAD'
}

async function ask({ taps, answer, mostBytes, method = 'GET' }: Asked) {
  const faults: unknown[] = []
  const relay = new Relay()
  const server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new Pool(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
  closers.push(async () => {
    await client.destroy()
    server.closeAllConnections()
    await new Promise<void>((done) => server.close(() => done()))
  })
  client.dispatch({ method, path: '/' }, relay)
  const head = await relay.head
  const headers = Object.fromEntries(
    Object.entries(head.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
  const options = {
    taps,
    onFault: (fault: unknown) => faults.push(fault),
    ...(mostBytes !== undefined && { mostBytes }),
  }
  return { outcome: await inspect(method, { head, headers, relay }, options), faults, relay }
}

/** Takes the body; `room` says whether the client takes more at once. */
function take({ body }: Answer, room = () => true) {
  const seen = { text: '', end: '' }
  if (body.kind === 'bytes') {
    seen.text = Buffer.from(body.bytes).toString()
    seen.end = 'end'
    return { seen, drained: () => undefined }
  }
  if (body.kind === 'empty') throw new TypeError('no body')
  const flow = body.source.start({
    write: (chunk) => {
      seen.text += Buffer.from(chunk).toString()
      return room()
    },
    end: () => (seen.end = 'end'),
    cut: () => (seen.end = 'cut'),
  })
  return { seen, drained: flow.drained }
}

function asAnswer(outcome: Awaited<ReturnType<typeof inspect>>): Answer {
  if (isRefusal(outcome)) throw new TypeError(outcome.code)
  return outcome
}

const events = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })
const json = (response: ServerResponse, text: string) =>
  response.writeHead(200, { 'content-type': 'application/json', etag: '"x"' }).end(text)

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a stream of the app', () => {
  it('waits for a tap, keeps its order and lets the client see a message only after its look', async () => {
    const looked: string[] = []
    const tap: Tap = {
      marks: ['look'],
      take: async ({ text }) => {
        await turns(5)
        looked.push(text)
        return undefined
      },
    }
    const { outcome } = await ask({
      taps: [tap],
      answer: (response) => {
        events(response)
        for (let i = 0; i < 20; i++) response.write(`data: ${i % 3 === 0 ? 'look' : 'skip'} ${i}\n\n`)
        response.end()
      },
    })
    const { seen } = take(asAnswer(outcome))
    await expect.poll(() => seen.end).toBe('end')
    expect(seen.text).toBe(
      Array.from({ length: 20 }, (_, i) => `data: ${i % 3 === 0 ? 'look' : 'skip'} ${i}\n\n`).join(''),
    )
    expect(looked).toHaveLength(7)
  })

  it.each<[string, Tap['take']]>([
    ['at once', () => undefined],
    ['in its time', async () => undefined],
  ])('waits at the app until the client takes more, and arrives whole, seen %s', async (_, seeing) => {
    const message = `data: ${'x'.repeat(100_000)}\n\n`
    const { outcome } = await ask({
      taps: [{ marks: ['x'], take: seeing }],
      answer: (response) => events(response).end(message.repeat(80)),
    })
    const { seen, drained } = take(asAnswer(outcome), () => false)
    await expect.poll(() => seen.text.length).toBeGreaterThan(0)
    await turns(50)
    expect(seen.text.length).toBeLessThan(2_000_000)
    while (seen.end === '') {
      drained()
      await turns(1)
    }
    expect(seen).toEqual({ text: message.repeat(80), end: 'end' })
  })

  it('is cut, and the app let go, when a tap fails; the message does not pass', async () => {
    const fault = new GateFault('store-unusable', 'full')
    let gone = false
    const { outcome, faults, relay } = await ask({
      taps: [{ marks: ['path'], take: () => Promise.reject(fault) }],
      answer: (response) => {
        response.on('close', () => (gone = true))
        events(response).write('data: 1\n\ndata: "path"\n\n')
      },
    })
    const answer = asAnswer(outcome)
    const { seen } = take(answer)
    await expect.poll(() => seen.end).toBe('cut')
    await expect.poll(() => gone).toBe(true)
    expect(seen.text).toBe('data: 1\n\n')
    expect(faults).toEqual([fault])
    expect(relay.wasCut).toBe(true)
    expect(answer.body.kind === 'stream' && (await answer.body.source.ended)).toBe('upstream-broke')
  })

  it('is cut before a message that a tap must see and that is too large to be held', async () => {
    const { outcome, faults, relay } = await ask({
      taps: [{ marks: ['never'], must: true, take: () => undefined }],
      answer: (response) => events(response).write(`data: 1\n\ndata: ${'x'.repeat(5000)}`),
      mostBytes: 1000,
    })
    const { seen } = take(asAnswer(outcome))
    await expect.poll(() => seen.end).toBe('cut')
    expect(seen.text).not.toContain('x')
    expect(faults).toHaveLength(1)
    expect(relay.wasCut).toBe(true)
  })

  it('that ends while a message is being looked at still brings it', async () => {
    const { outcome } = await ask({
      taps: [
        {
          marks: [],
          take: async () => {
            await turns(50)
            return undefined
          },
        },
      ],
      answer: (response) => events(response).end('data: 1\n\ndata: 2'),
    })
    const { seen } = take(asAnswer(outcome))
    await expect.poll(() => seen).toEqual({ text: 'data: 1\n\ndata: 2', end: 'end' })
  })

  it('that breaks off looks broken', async () => {
    const { outcome } = await ask({
      taps: [{ marks: [], take: async () => undefined }],
      answer: (response) => {
        events(response).write('data: 1\n\n')
        setImmediate(() => response.destroy())
      },
    })
    const { seen } = take(asAnswer(outcome))
    await expect.poll(() => seen.end).toBe('cut')
  })
})

describe('any other answer of the app', () => {
  it('is shown whole, and leaves as it came with its length and tag', async () => {
    const seenBy: unknown[] = []
    const tap: Tap = { marks: ['event_id'], take: async ({ json: parsed }) => void seenBy.push(parsed()) }
    const { outcome } = await ask({ taps: [tap], answer: (response) => json(response, '{"event_id": 2.0}') })
    const answer = asAnswer(outcome)
    expect(take(answer).seen.text).toBe('{"event_id": 2.0}')
    expect(answer.headers).toMatchObject({ 'content-length': '17', etag: '"x"' })
    expect(seenBy).toHaveLength(1)
  })

  it('has another text in its place when a tap says so, with that text’s length and without the old tag', async () => {
    const { outcome } = await ask({
      taps: [{ marks: [], take: () => '"é"' }],
      answer: (response) => json(response, '"old"'),
    })
    const answer = asAnswer(outcome)
    expect(take(answer).seen.text).toBe('"é"')
    expect(answer.headers['content-length']).toBe('4')
    expect(answer.headers).not.toHaveProperty('etag')
  })

  it('flows as it came when it is too large to be held and looking is only for learning', async () => {
    const text = JSON.stringify('x'.repeat(3_000_000))
    const { outcome } = await ask({
      taps: [{ marks: [], take: () => 'never' }],
      answer: (response) => json(response, text),
      mostBytes: 1000,
    })
    const { seen } = take(asAnswer(outcome))
    await expect.poll(() => seen.end).toBe('end')
    expect(seen.text).toBe(text)
  })

  it('flows through filters when it is too large to be held and a tap has some', async () => {
    const text = JSON.stringify('x'.repeat(3_000_000))
    const heads: string[] = []
    const tap: Tap = {
      marks: ['never'],
      must: true,
      take: () => undefined,
      large: (head) => {
        heads.push(head.slice(0, 5))
        return { push: (part) => part.replaceAll('x', 'yy'), end: () => '!' }
      },
    }
    const { outcome } = await ask({
      taps: [tap],
      answer: (response) => json(response, text),
      mostBytes: 1000,
    })
    const answer = asAnswer(outcome)
    const { seen } = take(answer)
    await expect.poll(() => seen.end).toBe('end')
    expect(seen.text === `${text.replaceAll('x', 'yy')}!`).toBe(true)
    expect(heads).toEqual(['"xxxx'])
    expect(answer.headers).not.toHaveProperty('content-length')
    expect(answer.headers).not.toHaveProperty('etag')
  })

  it('is cut, and the app let go, where a filter breaks it off', async () => {
    const fault = new TypeError('no')
    const tap: Tap = {
      marks: [],
      take: () => undefined,
      large: () => ({
        push: (part) => {
          if (part.includes('z')) throw fault
          return part
        },
        end: () => '',
      }),
    }
    const answer = (response: ServerResponse) => json(response, JSON.stringify(`${'x'.repeat(3_000_000)}z`))
    const { outcome, faults, relay } = await ask({ taps: [tap], answer, mostBytes: 1000 })
    const { seen } = take(asAnswer(outcome))
    await expect.poll(() => seen.end).toBe('cut')
    expect(seen.text).not.toContain('z')
    expect(faults).toEqual([fault])
    expect(relay.wasCut).toBe(true)
  })

  it.each([
    ['too large', (response: ServerResponse) => json(response, JSON.stringify('x'.repeat(3_000_000)))],
    ['encoded', (response: ServerResponse) => response.writeHead(200, { 'content-encoding': 'br' }).end('x')],
  ])('that a tap must see and can’t, being %s, is refused', async (_, answer) => {
    const taps = [{ marks: ['never'], must: true, take: () => undefined } as const]
    const { outcome, relay } = await ask({ taps, answer, mostBytes: 1000 })
    expect(outcome).toMatchObject({ kind: 'refusal', code: 'upstream-broken' })
    expect(relay.wasCut).toBe(true)
  })

  it('that is no text flows as it came, and is refused where a tap must see it', async () => {
    const answer = (response: ServerResponse) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('path')
    const seen: string[] = []
    const tap: Tap = { marks: [], take: ({ text }) => void seen.push(text) }
    const { outcome } = await ask({ taps: [tap], answer })
    expect(asAnswer(outcome).body.kind).toBe('stream')
    expect(seen).toEqual([])
    const refused = await ask({ taps: [{ ...tap, must: true }], answer })
    expect(refused.outcome).toMatchObject({ kind: 'refusal', code: 'upstream-broken' })
  })

  it('that breaks off is no answer', async () => {
    const asking = ask({
      taps: [{ marks: [], take: () => undefined }],
      answer: (response) => {
        response.writeHead(200, { 'content-length': '10' }).write('12345')
        setImmediate(() => response.destroy())
      },
    })
    await expect(asking).rejects.toThrow('broke off')
  })

  it('whose tap fails is a fault, and nothing of it passes', async () => {
    const fault = new GateFault('store-unusable', 'full')
    const taps = [{ marks: [], take: () => Promise.reject(fault) }]
    await expect(ask({ taps, answer: (response) => json(response, '1') })).rejects.toBe(fault)
  })

  it('is left alone where nobody looks, and where there is no content', async () => {
    const plain = await ask({ taps: [], answer: (response) => json(response, '1') })
    expect(asAnswer(plain.outcome).body.kind).toBe('stream')
    const taps = [{ marks: [], take: () => 'never' }]
    const head = await ask({ taps, answer: (response) => json(response, '1'), method: 'HEAD' })
    expect(take(asAnswer(head.outcome)).seen.text).toBe('')
  })
})
