/** What a login host brought is shown to a gate that has no time, time and again, for as long as it is worth something. */
import { paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { enter } from './enter.ts'

const message = { code: 'c', publicKey: 'p', signature: 's' }

/** A gate that answers this in turn, the last for ever. Each answer takes this long. */
function make(answers: readonly (Response | 'none')[], takesMs = 0) {
  const [sent, pauses]: [unknown[], number[]] = [[], []]
  let now = 1_700_000_000_000
  const post = (path: string, body: object) => {
    now += takesMs
    const answer = answers[Math.min(sent.push([path, body]), answers.length) - 1] ?? 'none'
    return answer === 'none' ? Promise.reject(new TypeError('no answer')) : Promise.resolve(answer)
  }
  const pause = (ms: number) => {
    pauses.push(ms)
    now += ms
    return Promise.resolve()
  }
  return { sent, pauses, entering: () => enter(message, post, pause, () => now) }
}

const answer = (status: number, headers = {}) => new Response(null, { status, headers })

test.each([204, 400, 401, 403, 404])('an answer is taken as it is: %i', async (status) => {
  const { sent, entering } = make([answer(status)])
  expect((await entering()).status).toBe(status)
  expect(sent).toEqual([[paths.enterApi, message]])
})

test.each([429, 500, 502, 503, 504])(
  'the same is shown again after the time that it asks for: %i',
  async (status) => {
    const { sent, pauses, entering } = make([
      answer(status),
      answer(status, { 'retry-after': '2' }),
      answer(204),
    ])
    expect((await entering()).status).toBe(204)
    expect([pauses, sent]).toEqual([[5_000, 2_000], Array(3).fill([paths.enterApi, message])])
  },
)

test('only for the minute that a code is good for', async () => {
  const often = make([answer(503, { 'retry-after': '20' })])
  await expect(often.entering()).rejects.toThrow(TypeError)
  expect([often.sent.length, often.pauses]).toEqual([4, [20_000, 20_000, 20_000]])
  const slow = make([answer(503, { 'retry-after': '20' })], 25_000)
  await expect(slow.entering()).rejects.toThrow(TypeError)
  expect(slow.pauses).toEqual([20_000])
  const late = make([answer(503, { 'retry-after': '61' })])
  await expect(late.entering()).rejects.toThrow(TypeError)
  expect([late.sent.length, late.pauses]).toEqual([1, []])
})

test('where there was no answer, it is shown again as to a gate that has no time', async () => {
  const { sent, pauses, entering } = make(['none', answer(204)])
  expect((await entering()).status).toBe(204)
  expect([pauses, sent.length]).toEqual([[5_000], 2])
  await expect(make(['none']).entering()).rejects.toThrow(TypeError)
})
