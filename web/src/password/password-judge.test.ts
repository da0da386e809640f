/** The page's end of the guessing worker. */
import { defaultPasswordRules, type PasswordVerdict } from 'sekisho/password-rules'
import { expect, test } from 'vitest'
import type { FromGuessing, ToGuessing } from './guessing-messages.ts'
import { PasswordJudge, type GuessingThread } from './password-judge.ts'

const rules = defaultPasswordRules
const good: PasswordVerdict = {
  ok: true,
  password: 'x',
  strength: { score: 4, guessesLog10: 15, pattern: 'bruteforce' },
}

/** A worker whose answers come when the test says so. */
class Thread {
  readonly asked: ToGuessing[] = []
  ended = false
  #onMessage: ((event: MessageEvent<FromGuessing>) => void) | undefined
  #onError: (() => void) | undefined

  readonly ends: GuessingThread = {
    postMessage: (message) => void this.asked.push(message),
    addEventListener: (kind: string, listener: unknown) => {
      if (kind === 'message') this.#onMessage = listener as (event: MessageEvent<FromGuessing>) => void
      else this.#onError = listener as () => void
    },
    terminate: () => void (this.ended = true),
  }

  answer(number = this.asked.at(-1)?.number ?? 0): void {
    this.#onMessage?.(new MessageEvent('message', { data: { number, verdict: good } }))
  }

  fail(): void {
    this.#onError?.()
  }
}

function makeJudge() {
  const threads: Thread[] = []
  const judge = new PasswordJudge(() => {
    const thread = new Thread()
    threads.push(thread)
    return thread.ends
  })
  return { judge, threads }
}

test('the worker starts when it is first needed, and once', async () => {
  const { judge, threads } = makeJudge()
  expect(threads).toHaveLength(0)
  judge.load()
  judge.load()
  const verdict = judge.judge('one', rules)
  expect(threads).toHaveLength(1)
  threads[0]?.answer()
  expect(await verdict).toEqual(good)
})

test('while one password is judged, only the newest of the others waits', async () => {
  const { judge, threads } = makeJudge()
  const verdicts = ['a', 'ab', 'abc'].map((typed) => judge.judge(typed, rules))
  const [thread] = threads
  expect(thread?.asked.map(({ typed }) => typed)).toEqual(['a'])
  thread?.answer()
  expect(thread?.asked.map(({ typed }) => typed)).toEqual(['a', 'abc'])
  thread?.answer()
  expect(await Promise.all(verdicts)).toEqual([good, 'overtaken', good])
})

test('an answer to no question is heard by nobody', async () => {
  const { judge, threads } = makeJudge()
  const verdict = judge.judge('one', rules)
  threads[0]?.answer(99)
  const next = judge.judge('two', rules)
  threads[0]?.answer()
  threads[0]?.answer()
  expect(await Promise.all([verdict, next])).toEqual([good, good])
})

test('a worker that could not be loaded is told as such, and the next question tries again', async () => {
  const { judge, threads } = makeJudge()
  const verdicts = [judge.judge('one', rules), judge.judge('two', rules)]
  threads[0]?.fail()
  expect(await Promise.all(verdicts)).toEqual(['unreachable', 'unreachable'])
  expect(threads[0]?.ended).toBe(true)
  const again = judge.judge('two', rules)
  expect(threads).toHaveLength(2)
  threads[1]?.answer()
  expect(await again).toEqual(good)
})
