/** Questions over streams in place of a terminal. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Interrupted, makePrompts } from './prompts.ts'

/** A terminal in miniature: types `keys` one by one, each when the question was drawn anew. */
function terminal(keys: readonly string[]) {
  const input = new PassThrough()
  const output = new PassThrough()
  const waiting = [...keys]
  let drawn = ''
  output.on('data', (chunk: Buffer) => {
    drawn += chunk.toString()
    const key = waiting.shift()
    if (key !== undefined) setImmediate(() => input.write(key))
  })
  return { prompts: makePrompts(input, output), drawn: () => drawn, left: () => waiting.length }
}

test('a hidden answer is not drawn', async () => {
  const { prompts, drawn } = terminal([...'hunter2', '\r'])
  expect(await prompts.hidden({ message: 'Password' })).toBe('hunter2')
  expect(drawn()).toContain('Password')
  expect(drawn()).not.toContain('hunter2')
})

test('an answer that fails the check is asked for again, in the words of the check', async () => {
  const { prompts, drawn } = terminal(['a', '\r', 'b', '\r'])
  const check = (typed: string) => (typed === 'ab' ? undefined : 'Not this one.')
  expect(await prompts.text({ message: 'Which?', check })).toBe('ab')
  expect(drawn()).toContain('Not this one.')
})

test('one of several is chosen by its value', async () => {
  const { prompts } = terminal(['\u001b[B', '\r'])
  const choices = [
    { value: 'a', label: 'the first' },
    { value: 'b', label: 'the second' },
  ]
  expect(await prompts.choose({ message: 'Which?', choices })).toBe('b')
})

test('Ctrl-C is no answer', async () => {
  const { prompts } = terminal(['\u0003'])
  await expect(prompts.text({ message: 'Which?' })).rejects.toThrow(Interrupted)
})
