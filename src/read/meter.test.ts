import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { Meter, type MeterLimits } from './meter.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(limits: MeterLimits) {
  const meter = new Meter(limits)
  const seen: { bytes: number; end: string } = { bytes: 0, end: 'open' }
  meter.on('data', (chunk: Buffer) => (seen.bytes += chunk.length))
  meter.on('end', () => (seen.end = 'whole'))
  meter.on('error', (error) => (seen.end = error instanceof BodyTrouble ? error.code : 'other'))
  return { meter, seen }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the meter', () => {
  it('lets a body pass up to its limit, and not a byte more', async () => {
    const fits = open({ max: 10 })
    fits.meter.end(Buffer.alloc(10))
    await settle()
    expect(fits.seen).toEqual({ bytes: 10, end: 'whole' })
    const over = open({ max: 10 })
    over.meter.write(Buffer.alloc(6))
    over.meter.write(Buffer.alloc(5))
    await settle()
    expect(over.seen).toEqual({ bytes: 6, end: 'body-large' })
  })

  it('cuts a client that drips', async () => {
    const { meter, seen } = open({ max: 1e9 })
    for (let second = 0; second < 15; second++) {
      meter.write(Buffer.alloc(100))
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(seen.end).toBe('body-slow')
  })

  it('lets a slow upload take its time, window by window', async () => {
    const { meter, seen } = open({ max: 1e9 })
    for (let second = 0; second < 300; second++) {
      meter.write(Buffer.alloc(2000))
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(seen).toEqual({ bytes: 600_000, end: 'open' })
  })

  it('does not blame the client while nobody reads', async () => {
    const meter = new Meter({ max: 1e9 })
    const errors: Error[] = []
    meter.on('error', (error) => errors.push(error))
    meter.write(Buffer.alloc(200_000))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(errors).toEqual([])
  })

  it('leaves no timer behind', async () => {
    const { meter } = open({ max: 10 })
    meter.end('x')
    open({ max: 10 }).meter.destroy()
    await settle()
    expect(vi.getTimerCount()).toBe(0)
  })
})
