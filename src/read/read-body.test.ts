import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { parseJson, readPaced, readWhole, takeComplete } from './read-body.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const deadline = 15_000

function open(max: number) {
  const stream = new PassThrough()
  const accept = vi.fn()
  const reading = { stream, accept, end: 'open' }
  readWhole({ stream, accept }, max, deadline).then(
    (bytes) => (reading.end = bytes.toString()),
    (thrown: unknown) => (reading.end = thrown instanceof BodyTrouble ? thrown.code : 'other'),
  )
  return reading
}

const settle = () => vi.advanceTimersByTimeAsync(0)

describe('reading a small body', () => {
  it('answers every byte, and tells a client that waits to send', async () => {
    const reading = open(10)
    expect(reading.accept).toHaveBeenCalledOnce()
    reading.stream.write('12345')
    reading.stream.end('67890')
    await settle()
    expect(reading.end).toBe('1234567890')
  })

  it('stops at the first byte too many, and reads no more', async () => {
    const reading = open(10)
    reading.stream.write('123456')
    reading.stream.write('78901')
    await settle()
    expect(reading.end).toBe('body-large')
    expect(reading.stream.isPaused()).toBe(true)
  })

  it('holds the whole body to its deadline, however it drips', async () => {
    const reading = open(1e6)
    for (let second = 0; second < 14; second++) {
      reading.stream.write(Buffer.alloc(5000))
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(reading.end).toBe('open')
    await vi.advanceTimersByTimeAsync(1000)
    expect(reading.end).toBe('body-slow')
  })

  it('takes half a body for none', async () => {
    for (const cause of [undefined, new Error('reset')]) {
      const reading = open(10)
      reading.stream.write('123')
      reading.stream.destroy(cause)
      // An error that nobody listens to any more must not end the process.
      reading.stream.on('error', () => undefined)
      await settle()
      expect(reading.end).toBe('body-invalid')
    }
  })

  it('leaves neither timers nor listeners behind', async () => {
    const [whole, large] = [open(10), open(2)]
    for (const { stream } of [whole, large]) stream.end('123')
    await settle()
    expect([whole.end, large.end]).toEqual(['123', 'body-large'])
    expect(vi.getTimerCount()).toBe(0)
    for (const { stream } of [whole, large]) expect(stream.listenerCount('data')).toBe(0)
  })

  it('parses JSON strictly, and says what was wrong', () => {
    expect(parseJson(Buffer.from('{"a":[1,"é"]}'))).toEqual({ a: [1, 'é'] })
    for (const [text, json] of [
      ['', 'syntax'],
      ['{} {}', 'trailing-text'],
      ['{"a":1,"a":2}', 'duplicate-key'],
      [Buffer.from([0x22, 0xe9, 0x22]), 'not-utf8'],
    ] as const) {
      const trouble = expect(() => parseJson(Buffer.from(text)))
      trouble.toThrow(expect.objectContaining({ code: 'body-invalid', because: { json } }))
    }
  })
})

describe('reading a body at its pace', () => {
  function openPaced(max: number) {
    const stream = new PassThrough()
    const reading = { stream, end: 'open' }
    readPaced({ stream, accept: () => undefined }, max).then(
      (bytes) => (reading.end = bytes.toString()),
      (thrown: unknown) => (reading.end = thrown instanceof BodyTrouble ? thrown.code : 'other'),
    )
    return reading
  }

  it('answers every byte, and not one more than allowed', async () => {
    const [fits, over] = [openPaced(10), openPaced(9)]
    for (const { stream } of [fits, over]) {
      stream.write('12345')
      stream.end('67890')
    }
    await settle()
    expect([fits.end, over.end]).toEqual(['1234567890', 'body-large'])
  })

  it('gives a long body as long as it goes on, and cuts one that drips', async () => {
    const [long, drips] = [openPaced(1e9), openPaced(1e9)]
    for (let second = 0; second < 60; second++) {
      long.stream.write(Buffer.alloc(2000))
      drips.stream.write('x')
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect([long.end, drips.end]).toEqual(['open', 'body-slow'])
  })

  it('takes half a body for none', async () => {
    const reading = openPaced(10)
    reading.stream.write('123')
    reading.stream.destroy()
    await settle()
    expect(reading.end).toBe('body-invalid')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a body that is here', () => {
  const bodyOf = (bytes: string, isComplete?: () => boolean) => {
    const stream = new PassThrough()
    stream.write(bytes)
    return { stream, accept: () => undefined, ...(isComplete && { isComplete }) }
  }

  it('is taken at once, whole', () => {
    expect(
      takeComplete(
        bodyOf('1234567890', () => true),
        10,
      )?.toString(),
    ).toBe('1234567890')
  })

  it('is refused where it is too large', () => {
    const body = bodyOf('1234567890', () => true)
    expect(() => takeComplete(body, 9)).toThrow(expect.objectContaining({ code: 'body-large' }))
  })

  it('is left alone while some of it is still to come, or nobody knows', () => {
    for (const body of [bodyOf('123', () => false), bodyOf('123')]) {
      expect(takeComplete(body, 10)).toBeUndefined()
      expect(body.stream.readableLength).toBe(3)
    }
  })
})
