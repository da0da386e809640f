import { describe, expect, it } from 'vitest'
import { makeMessage } from '../answers/show-taps.ts'
import { component, sampleModel } from '../app/sample-app.contract.ts'
import type { Owner } from '../ownership/owner.ts'
import { filesIn, learnToolResult } from './learn-results.ts'

const model = sampleModel({
  components: [
    ...[component(1, 'textbox'), component(2, 'file'), component(3, 'image'), component(4, 'state')],
    ...[component(5, 'gallery'), component(6, 'state')],
  ],
  functions: [
    { id: 0, api_name: 'write', outputs: [2] },
    { id: 1, api_name: 'paint', outputs: [3] },
    { id: 2, api_name: 'say', outputs: [1] },
    { id: 3, api_name: 'all', outputs: [1, 3, 4, 2] },
    { id: 4, api_name: 'show', outputs: [5] },
    { id: 5, api_name: 'twice', outputs: [4, 6, 2] },
  ],
})
const prefix = 'https://gate.test/demo/gradio_api/file='
const text = (said: string) => ({ type: 'text', text: said })
const image = { type: 'image', data: 'aGk=', mimeType: 'image/png' }

function learnt(name: string, content: readonly object[]): readonly string[] {
  const endpoint = model.byName.get(name)
  if (endpoint === undefined) throw new TypeError(name)
  return filesIn(content as never, endpoint, prefix)
}

describe('the files of a tool’s result', () => {
  it('are those that stand where a file component was asked for', () => {
    expect(learnt('write', [text(`${prefix}/t/a%20b%23.txt`)])).toEqual(['/t/a b#.txt'])
    expect(learnt('paint', [image, text(`Image URL: ${prefix}/t/x.png`)])).toEqual(['/t/x.png'])
    expect(learnt('paint', [image, text(`SVG Image URL: ${prefix}/t/x.svg`)])).toEqual(['/t/x.svg'])
    const all = [text(`${prefix}/t/no`), image, text(`Image URL: ${prefix}/t/x.png`), text(`${prefix}/t/y`)]
    expect(learnt('all', all)).toEqual(['/t/x.png', '/t/y'])
  })

  it.each([
    ['where somebody’s words stand', 'say', [text(`${prefix}/t/a`)]],
    ['of another place', 'write', [text('https://evil.test/gradio_api/file=/t/a')]],
    ['inside other words', 'write', [text(`see ${prefix}/t/a`)]],
    ['announced as an image where none is', 'write', [text(`Image URL: ${prefix}/t/a`)]],
    ['in a list as Python writes it', 'show', [text(`[{'path': '${prefix}/t/a'}]`)]],
    ['of an output too few', 'all', [text(`${prefix}/t/a`), text(`${prefix}/t/b`)]],
    ['of an output too many', 'write', [text('x'), text(`${prefix}/t/b`)]],
    ['beside two States', 'twice', [text(`${prefix}/t/a`)]],
    ['that can’t be decoded', 'write', [text(`${prefix}/t/%E0%A4%A`)]],
  ])('are none %s', (_where, name, content) => {
    expect(learnt(name, content)).toEqual([])
  })

  it('are noted for whoever called, before the message passes', async () => {
    const noted: unknown[] = []
    const ownership = {
      noteFiles: async (owner: Owner, paths: readonly string[]) => void noted.push(owner, paths),
    }
    const endpoint = model.byName.get('write')
    if (endpoint === undefined) throw new TypeError('write')
    const tap = learnToolResult(
      { ownership, owner: 'token:t' as Owner, root: 'https://gate.test/demo' },
      endpoint,
    )
    const message = (result: object) => makeMessage(JSON.stringify({ jsonrpc: '2.0', id: 1, result }))
    await tap.take(message({ content: [text(`${prefix}/t/a`)] }))
    await tap.take(message({ content: [text(`${prefix}/t/b`)], isError: false }))
    await tap.take(message({ content: [text(`${prefix}/t/c`)], isError: true }))
    await tap.take(message({ content: 'x' }))
    await tap.take(makeMessage('{"/gradio_api/file=": '))
    expect(noted).toEqual(['token:t', ['/t/a'], 'token:t', ['/t/b']])
  })
})
