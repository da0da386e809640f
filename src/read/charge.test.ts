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
  it('counts every byte, a piece at a time', async () => {
    expect(await pass(10, 10)).toEqual({ passed: 10, counted: Array(10).fill(1), end: 'whole' })
    expect(await pass(0, 10)).toEqual({ passed: 0, counted: [], end: 'whole' })
  })

  it('counts small pieces together', async () => {
    const counted: number[] = []
    const small = Readable.from(Array.from({ length: 1000 }, () => Buffer.alloc(1000)))
    const take = (bytes: number) => Promise.resolve(counted.push(bytes) > 0)
    let passed = 0
    for await (const piece of charge(small, take)) passed += piece.length
    expect([passed, counted.reduce((sum, one) => sum + one, 0)]).toEqual([1_000_000, 1_000_000])
    expect(counted).toHaveLength(4)
  })

  it('breaks off where the allowance ends, and nothing passes beyond it', async () => {
    expect(await pass(10, 5)).toMatchObject({ passed: 5, end: 'quota-spent' })
    expect(await pass(2, 0)).toEqual({ passed: 0, counted: [], end: 'quota-spent' })
  })

  it('has counted what passed of an upload that breaks off', async () => {
    const { passed, counted } = await pass(10, 10, 3)
    expect([passed, counted]).toEqual([3, [1, 1, 1]])
  })
})
