import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventInspection, Unseen } from './inspect-events.ts'
import { TapChain } from './show-taps.ts'
import type { Tap } from './tap.ts'

/** Runs a stream through the taps, in these chunks. */
async function run(taps: readonly Tap[], chunks: readonly Buffer[], mostBytes?: number): Promise<string> {
  const out: Buffer[] = []
  const inspection = new EventInspection(new TapChain(taps), (bytes) => out.push(bytes), mostBytes)
  for (const chunk of chunks) await inspection.push(chunk)
  await inspection.end()
  return Buffer.concat(out).toString()
}

function cutUp(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text)
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
}

const stream = Array.from({ length: 12 }, (_, i) => `data: {"n":${i},"text":"é関${'x'.repeat(i)}"}\n\n`).join(
  '',
)
const cuts = fc.array(fc.nat(), { maxLength: 10 })

/** A tap that waits as long as it is told for each message. */
const slow = (turns: readonly number[], seen: string[]): Tap => ({
  marks: [],
  take: ({ text }) => {
    const wait = turns[seen.length % Math.max(1, turns.length)] ?? 0
    seen.push(text)
    if (wait === 0) return undefined
    return (async () => {
      for (let i = 0; i < wait; i++) await new Promise((resolve) => setImmediate(resolve))
      return undefined
    })()
  },
})

describe('an event stream on its way through taps', () => {
  it('leaves as it came, in order, however it was cut and however long each look takes', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, fc.array(fc.nat(3), { maxLength: 5 }), async (at, turns) => {
        const seen: string[] = []
        expect(await run([slow(turns, seen)], cutUp(stream, at))).toBe(stream)
        expect(seen.map((text) => (JSON.parse(text) as { n: number }).n)).toEqual([...Array(12).keys()])
      }),
    )
  })

  it('is shown to a tap only where one of its marks stands', async () => {
    const seen: string[] = []
    const tap: Tap = { marks: ['"n":3,', 'xxxxxxxxxxx'], take: ({ text }) => void seen.push(text) }
    await run([tap], cutUp(stream, [50, 90]))
    expect(seen.map((text) => (JSON.parse(text) as { n: number }).n)).toEqual([3, 11])
  })

  it('has a text replaced where a tap says so, and only there', async () => {
    const tap: Tap = { marks: ['"n":3,'], take: async () => '{"n":"three"}' }
    const whole = await run([tap], cutUp(stream, [100]))
    expect(whole).toBe(stream.replace(/\{"n":3.*\}/, '{"n":"three"}'))
  })

  it('shows to each tap what the one before made of it', async () => {
    const first: Tap = { marks: ['secret'], take: async ({ text }) => text.replace('secret', 'hidden') }
    const seen: unknown[] = []
    const second: Tap = { marks: ['hidden'], take: ({ json }) => void seen.push(json()) }
    const third: Tap = { marks: ['secret'], take: () => 'never' }
    expect(await run([first, second, third], [Buffer.from('data: "secret"\n\n')])).toBe('data: "hidden"\n\n')
    expect(seen).toEqual(['hidden'])
  })

  it('is parsed once for all taps, and is nothing where it is no JSON', async () => {
    const parsed: unknown[] = []
    const tap: Tap = { marks: [], take: ({ json }) => void parsed.push(json()) }
    await run([tap, tap], [Buffer.from('data: {"a":[2.0]}\n\ndata: NaN\n\ndata: {"a":1,"a":2}\n\n')])
    expect(parsed[0]).toBeDefined()
    expect(parsed[0]).toBe(parsed[1])
    expect(parsed.slice(2)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('stops at what a tap throws', async () => {
    for (const take of [
      () => {
        throw new TypeError('no')
      },
      () => Promise.reject(new TypeError('no')),
    ]) {
      const out: Buffer[] = []
      const inspection = new EventInspection(new TapChain([{ marks: ['"n":3,'], take }]), (bytes) =>
        out.push(bytes),
      )
      await expect((async () => inspection.push(Buffer.from(stream)))()).rejects.toThrow('no')
      expect(Buffer.concat(out).toString()).not.toContain('"n":3,')
    }
  })

  it('lets a message pass unseen that is too large to be held, where looking is only for learning', async () => {
    const seen: string[] = []
    const tap: Tap = { marks: [], take: ({ text }) => void seen.push(text) }
    const large = `data: ${'y'.repeat(500)}\n\ndata: 1\n\n`
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        seen.length = 0
        expect(await run([tap], cutUp(large, at), 100)).toBe(large)
        expect(seen).toEqual(['1'])
      }),
    )
  })

  it('breaks off before one where a tap must see it', async () => {
    const tap: Tap = { marks: ['z'], must: true, take: () => undefined }
    const large = `data: 0\n\ndata: ${'y'.repeat(500)}\n\n`
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        await expect(run([tap], cutUp(large, at), 100)).rejects.toThrow(Unseen)
      }),
    )
  })

  it('sends one through filters where a tap has some, by its beginning, and goes on looking after it', async () => {
    const heads: string[] = []
    const seen: string[] = []
    const tap: Tap = {
      marks: [],
      must: true,
      take: ({ text }) => void seen.push(text),
      large: async (head) => {
        heads.push(head)
        return { push: (text) => text.replaceAll('y', 'z'), end: () => '' }
      },
    }
    const large = `data: 0\n\ndata: ${'y'.repeat(500)}\n\ndata: 1\n\n`
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        seen.length = 0
        heads.length = 0
        expect(await run([tap], cutUp(large, at), 100)).toBe(large.replaceAll('y', 'z'))
        expect(seen).toEqual(['0', '1'])
        expect(heads).toHaveLength(1)
        expect(heads[0]).toMatch(/^y{90,}$/)
      }),
    )
  })

  it('sends each large one through filters of its own', async () => {
    const tap: Tap = {
      marks: [],
      take: () => undefined,
      large: () => {
        let first = true
        return {
          push: (text) => {
            const passed = first ? text.replace('y', '#') : text
            first = false
            return passed
          },
          end: () => '',
        }
      },
    }
    const message = `data: ${'y'.repeat(500)}\n\n`
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const passed = await run([tap], cutUp(message + message, at), 100)
        expect(passed).toBe(message.replace('y', '#').repeat(2))
      }),
    )
  })

  it('breaks off in the middle of one where a filter says so', async () => {
    const out: Buffer[] = []
    const tap: Tap = {
      marks: [],
      take: () => undefined,
      large: () => ({
        push: (text) => {
          if (text.includes('z')) throw new TypeError('no')
          return text
        },
        end: () => '',
      }),
    }
    const inspection = new EventInspection(new TapChain([tap]), (bytes) => out.push(bytes), 100)
    await inspection.push(Buffer.from(`data: ${'y'.repeat(500)}`))
    expect(() => inspection.push(Buffer.from('z\n\n'))).toThrow('no')
    expect(Buffer.concat(out).toString()).not.toContain('z')
  })

  it('lets go what came before the message that is being looked at', async () => {
    const out: string[] = []
    let seen = () => undefined as void
    const tap: Tap = {
      marks: ['look'],
      take: () => new Promise((resolve) => (seen = () => resolve(undefined))),
    }
    const inspection = new EventInspection(new TapChain([tap]), (bytes) => out.push(bytes.toString()))
    const pushed = inspection.push(Buffer.from('data: 1\n\ndata: look\n\ndata: 2\n\n'))
    expect(out.join('')).toBe('data: 1\n\n')
    seen()
    await pushed
    expect(out.join('')).toBe('data: 1\n\ndata: look\n\ndata: 2\n\n')
  })

  it('waits for nothing that nobody wants to see', () => {
    const out: Buffer[] = []
    const inspection = new EventInspection(
      new TapChain([{ marks: ['"n":3,'], take: async () => undefined }]),
      (bytes) => out.push(bytes),
    )
    const [before] = stream.split('data: {"n":3')
    expect(inspection.push(Buffer.from(before ?? ''))).toBeUndefined()
    expect(Buffer.concat(out).toString()).toBe(before)
  })
})
