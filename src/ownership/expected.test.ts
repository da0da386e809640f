/** Tests of waiting for an event. */
import { expect, it } from 'vitest'
import { Expected } from './expected.ts'

const forEver = 2 ** 31 - 1

it('lets all who wait for an id go on when it is told, and nobody else', async () => {
  const expected = new Expected()
  const gone: string[] = []
  const one = expected.wait('a', forEver).then(() => gone.push('one'))
  const other = expected.wait('a', forEver).then(() => gone.push('other'))
  void expected.wait('b', forEver).then(() => gone.push('b'))
  expected.tell('c')
  expected.tell('a')
  await Promise.all([one, other])
  expect(gone).toEqual(['one', 'other'])
  expect(expected.size).toBe(1)
})

it('waits so long at most, and then remembers nothing', async () => {
  const expected = new Expected()
  // Its timer keeps no process alive: somebody else has to.
  const alive = setInterval(() => undefined, 1_000)
  await expected.wait('a', 1)
  clearInterval(alive)
  expect(expected.size).toBe(0)
})
