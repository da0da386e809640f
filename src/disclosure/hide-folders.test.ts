/** What becomes of the folders in answers, by their real shapes (Gradio 6.31). */
import { expect, it } from 'vitest'
import { makeMessage } from '../answers/show-taps.ts'
import type { Endpoint } from '../app/model.ts'
import { makeFolderTap } from './hide-folders.ts'

const outputs = ['fileexplorer', 'json'].map((type) => ({ type })) as unknown as Endpoint['outputs']
const update = (root_dir: unknown) => ({ __type__: 'update', root_dir, glob: '*.txt' })
const stands = expect.stringMatching(/^folder-[\w-]{16}$/) as string

async function show(answer: unknown, known = true): Promise<unknown> {
  const tap = makeFolderTap({ endpointOf: async () => (known ? { outputs } : undefined) })
  const text = JSON.stringify(answer)
  const shown = await tap.take(makeMessage(text))
  return shown === undefined ? 'as it came' : (JSON.parse(shown) as unknown)
}

it.each([
  ['of /run', (data: readonly unknown[]) => ({ data, duration: 1 })],
  ['of /call', (data: readonly unknown[]) => data],
  [
    'of a stream',
    (data: readonly unknown[]) => ({
      msg: 'process_completed',
      event_id: 'e',
      output: { data },
      success: true,
    }),
  ],
])('an update of a file explorer keeps everything but its folder: %s', async (_, answer) => {
  const others = { root_dir: '/srv/mine' }
  expect(await show(answer([update('/srv/app'), others]))).toEqual(answer([update(stands), others]))
  // Nobody knows which outputs these are.
  expect(await show(answer([others, update('/srv/app')]), false)).toEqual(answer([others, update(stands)]))
})

it('a step to another folder says no path either', async () => {
  const steps = (value: unknown) => ({
    msg: 'process_generating',
    event_id: 'e',
    output: {
      data: [
        [
          ['replace', ['root_dir'], value],
          ['replace', ['glob'], '*'],
        ],
        [],
      ],
    },
  })
  expect(await show(steps('/srv/app'))).toEqual(steps(stands))
})

it('one folder has one name, and another has another', async () => {
  const nameOf = async (folder: string) =>
    ((await show([update(folder), null])) as [{ root_dir: string }])[0].root_dir
  expect(await nameOf('/srv/a')).toBe(await nameOf('/srv/a'))
  expect(await nameOf('/srv/a')).not.toBe(await nameOf('/srv/b'))
})

it('what is no update of a file explorer is left alone', async () => {
  for (const value of [{ root_dir: '/srv/mine' }, 'root_dir', [['replace', ['a', 'root_dir'], '/x']], null])
    expect(await show([value, value])).toBe('as it came')
  expect(await show([null, update('/srv/app')])).toBe('as it came')
})
