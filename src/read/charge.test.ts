import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { charge } from './charge.ts'

const megabyte = Buffer.alloc(1024 * 1024)
const pieces = (count: number) => Readable.from(Array.from({ length: count }, () => megabyte))

/** Megabytes that passed, and those that were counted. */
async function pass(count: number, allowed: number, until = Infinity) {
  const seen = { passed: 0, counted: [] as number[], end: 'whole' }
  const take = (bytes: number) => {
    const most = allowed - seen.counted.reduce((sum, one) => sum + one, 0)
    if (bytes / megabyte.length > most) return Promise.resolve(false)
    seen.counted.push(bytes / megabyte.length)
    return Promise.resolve(true)
  }
  try {
    for await (const piece of charge(pieces(count), take)) {
      seen.passed += piece.length / megabyte.length
      if (seen.passed >= until) break
    }
  } catch (thrown) {
    seen.end = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'other'
  }
  return seen
}

describe('counting an upload', () => {
  it('counts every byte, a few megabytes at a time', async () => {
    expect(await pass(10, 10)).toEqual({ passed: 10, counted: [4, 4, 2], end: 'whole' })
    expect(await pass(1, 10)).toEqual({ passed: 1, counted: [1], end: 'whole' })
    expect(await pass(0, 10)).toEqual({ passed: 0, counted: [0], end: 'whole' })
  })

  it('breaks off where the allowance ends', async () => {
    expect(await pass(10, 5)).toMatchObject({ counted: [4], end: 'quota-spent' })
    // It has passed, and its end hasn't.
    expect(await pass(2, 1)).toEqual({ passed: 2, counted: [], end: 'quota-spent' })
  })

  it('counts what passed of an upload that breaks off', async () => {
    expect((await pass(10, 10, 3)).counted).toEqual([3])
    expect((await pass(10, 10, 5)).counted).toEqual([4, 1])
  })
})
