/** What streams of results teach. */
import { describe, expect, it } from 'vitest'
import { TapChain } from '../answers/show-taps.ts'
import type { HoldsFiles } from './file-data.ts'
import { findEvent, learnQueue, type OutputParts } from './learn-outputs.ts'
import { endpoint, rig, event, file, message, stream } from './learning.contract.ts'

describe('a stream of results', () => {
  it('teaches the files in outputs that show files, and in no other', async () => {
    const { parts, files } = rig([event('e0', 0), event('e1', 1)])
    await stream(
      learnQueue(parts),
      message('process_completed', 'e0', [
        JSON.stringify(file('/t')),
        file('/j'),
        file('/s'),
        [[file('/d')]],
      ]),
      message('process_completed', 'e1', [file('/i'), file('/t'), [{ image: file('/g'), caption: '' }]]),
    )
    expect(files).toEqual(['user:alice /i', 'user:alice /g'])
  })

  it('teaches from changes what is new in them, after the first message of an event', async () => {
    const { parts, files } = rig([event('e1', 1)])
    await stream(
      learnQueue(parts),
      message('process_generating', 'e1', [file('/1'), '', []]),
      message('process_generating', 'e1', [
        [
          ['replace', ['path'], '/2'],
          ['replace', ['url'], 'http://h/gradio_api/file=/2'],
        ],
        [['append', [], 'x']],
        [['add', [0], { image: file('/3'), caption: null }]],
      ]),
      message('process_completed', 'e1', [file('/2'), 'x', [{ image: file('/3') }]]),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/1', '/2', '/3', '/2', '/3'])
  })

  it('takes a first message that looks like changes for what it is', async () => {
    const { parts, files } = rig([event('e1', 1), event('e2', 1)])
    const forged = [
      ['replace', ['path'], '/victim'],
      ['replace', ['url'], 'http://h/gradio_api/file=/victim'],
    ]
    await stream(
      learnQueue(parts),
      message('process_generating', 'e1', [forged, '"gradio.FileData"', []]),
      message('process_completed', 'e2', [forged, '"gradio.FileData"', forged]),
      message('process_streaming', 'e2', [forged, '"gradio.FileData"', forged]),
      message('process_streaming', 'e2', [forged, '"gradio.FileData"', forged]),
    )
    expect(files).toEqual([])
  })

  it('takes the first result of a function that streams media for a whole value, too', async () => {
    const { parts, files } = rig([event('e1', 1)])
    await stream(
      learnQueue(parts),
      message('process_streaming', 'e1', [file('/1')]),
      message('process_generating', 'e1', [file('/2')]),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/1', '/2'])
  })

  it('is read whichever way its messages are written, and learnt from where they bring results', async () => {
    const { parts, files, looks, notes } = rig([event('e1', 1)])
    const output = JSON.stringify({ data: [file('/1')] })
    await stream(
      learnQueue(parts),
      `data: {"event_id": "e1", "output": ${output}, "msg": "process_completed"}\n\n`,
    )
    expect(files).toEqual(['user:alice /1'])
    const [looked, noted] = [looks(), notes()]
    for (const text of [
      `{"msg":"process_starts","event_id":"e1","output":${output}}`,
      `{"event_id":"e1","msg":"process_starts","output":${output}}`,
      `{"event_id":5,"msg":"process_completed","output":${output}}`,
      `{"msg":5,"event_id":"e1","output":${output}}`,
      `{"event_id":"e1","output":${output}}`,
      `{"msg":"process_completed","output":${output}}`,
      `["process_completed","e1",${output}]`,
      'no JSON with "gradio.FileData"',
      `{"msg":"process_completed","event_id":"e1","output":"gradio.FileData"}`,
      `{"msg":"process_completed","event_id":"e1","output":null,"also":"gradio.FileData"}`,
      `{"msg":"process_completed","event_id":"e1","output":{"data":"gradio.FileData"}}`,
      `{"msg":"process_completed","event_id":"e1","output":{"data":null,"also":"gradio.FileData"}}`,
    ])
      await stream(learnQueue(parts), `data: ${text}\n\n`)
    expect(files).toHaveLength(1)
    expect(notes()).toBe(noted)
    // Of the last four it can't be told before they are parsed.
    expect(looks()).toBeLessThanOrEqual(looked + 4)
  })

  it('counts the messages of each event for itself', async () => {
    const { parts, files } = rig([event('e1', 1), event('e2', 1)])
    await stream(
      learnQueue(parts),
      message('process_generating', 'e1', [file('/1'), '', []]),
      message('process_generating', 'e2', [file('/2'), '', []]),
      message('process_generating', 'e1', [[['replace', [], file('/3')]], [], []]),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/1', '/2', '/3'])
  })

  it('waits for an event that the app spoke of before it was noted', async () => {
    const { parts, files, known, looks } = rig([])
    setImmediate(() => setImmediate(() => known.set('e1', event('e1', 1))))
    await stream(learnQueue(parts), message('process_completed', 'e1', [file('/1')]))
    expect(files).toEqual(['user:alice /1'])
    expect(looks()).toBeGreaterThan(1)
  })

  it('asks once for an event that is noted, and for one that is somebody else’s', async () => {
    const { parts, looks } = rig([event('e1', 1)])
    expect(await findEvent(parts, 'e1')).toEqual(event('e1', 1))
    expect(looks()).toBe(1)
    let asked = 0
    const foreign = async () => {
      asked++
      return { foreign: true }
    }
    const ownership = { ...parts.ownership, findEvent: foreign }
    expect(await findEvent({ ...parts, ownership }, 'e2')).toBeUndefined()
    expect(asked).toBe(1)
  })

  it('learns nothing of an event that nobody noted, and asks no more for it', async () => {
    const { parts, files, looks } = rig([])
    const tap = learnQueue(parts)
    await stream(tap, message('process_completed', 'e1', [file('/1')]))
    const asked = looks()
    await stream(tap, message('process_completed', 'e1', [file('/1')]))
    expect(files).toEqual([])
    expect(looks()).toBe(asked)
  })

  it('learns nothing of a function that has another name by now', async () => {
    const { parts, files } = rig([{ ...event('e1', 1), endpointName: 'fn0' }])
    await stream(learnQueue(parts), message('process_completed', 'e1', [file('/1')]))
    expect(files).toEqual([])
  })

  it('believes only its own first words about whose event it is', async () => {
    const { parts, files } = rig([event('e0', 0), event('e1', 1)])
    const forged = message('process_completed', 'e0', [
      '{"msg":"process_completed","event_id":"e1"',
      file('/j'),
    ])
    await stream(
      learnQueue(parts),
      forged,
      `data: {"event_id":"e0","msg":"process_completed","output":{"data":["",${JSON.stringify(file('/j'))}],"event_id":"e1"}}\n\n`,
    )
    expect(files).toEqual([])
  })

  it('teaches the files of components that were rendered, by their type', async () => {
    const { parts, files } = rig([event('e0', 0)])
    const components = [
      { id: 1, type: 'image', props: { value: file('/i') } },
      { id: 2, type: 'json', props: { value: file('/j') } },
      { id: 3, type: 'button', props: { value: 'Go', icon: file('/b'), other: file('/o') } },
      { id: 4, type: 'html', props: { icon: file('/h') } },
      { id: 5, type: 'dataset', props: { value: file('/d') } },
      { id: 6, props: { value: file('/n'), icon: file('/n') } },
      { id: 7, type: 'image', props: null },
      null,
      'image',
    ]
    await stream(
      learnQueue(parts),
      message('process_completed', 'e0', [], { render_config: { render_id: 1, components } }),
    )
    expect(files.map((one) => one.split(' ')[1])).toEqual(['/i', '/b'])
  })

  it('teaches the files of rendered components by the schemas that they come with', async () => {
    const { parts, files } = rig([event('e0', 0)])
    const holdsFiles: HoldsFiles = (_, [info]) => info === 'file'
    const components = [
      { id: 1, type: 'mine', props: { value: file('/1') }, api_info: 'file' },
      { id: 2, type: 'mine', props: { value: file('/2') }, api_info_as_input: 'file' },
    ]
    await stream(
      learnQueue({ ...parts, holdsFiles }),
      message('process_completed', 'e0', [], { render_config: { components } }),
    )
    expect(files).toEqual(['user:alice /1'])
  })

  it('teaches the files of components inside chat messages, by their type', async () => {
    const chat: OutputParts['endpointOf'] = () => ({ ...endpoint(0, 'chatbot'), name: 'fn0' })
    const { parts, files } = rig([event('e0', 0)])
    const inside = (component: string, path: string) => ({ type: 'component', component, value: file(path) })
    await stream(
      learnQueue({ ...parts, endpointOf: chat }),
      message('process_completed', 'e0', [[{ content: [inside('image', '/i'), inside('json', '/j')] }]]),
    )
    expect(files).toEqual(['user:alice /i'])
  })

  it('teaches no files of a chat of Gradio 4 that takes words for paths, and those of other chats', async () => {
    const chat = (type: string) => {
      const made = endpoint(0, 'chatbot', 'image')
      return { ...made, outputs: made.outputs.map((one) => ({ ...one, props: { type } })) }
    }
    const teach = async (gradio: string, type: string) => {
      const { parts, files } = rig([event('e0', 0)])
      const told = [{ role: 'user', content: { file: file('/c') } }]
      const components = [{ id: 2, type: 'chatbot', props: { type, value: told } }]
      await stream(
        learnQueue({ ...parts, gradio, endpointOf: () => chat(type) }),
        message('process_generating', 'e0', [told, file('/i')]),
        message('process_generating', 'e0', [[['add', [1], told[0]]], []]),
        message('process_completed', 'e0', [told], { render_config: { components } }),
      )
      return [...new Set(files)]
    }
    expect(await teach('4.44.1', 'messages')).toEqual(['user:alice /i'])
    expect(await teach('4.44.1', 'tuples')).toEqual(['user:alice /c', 'user:alice /i'])
    expect(await teach('5.0.2', 'messages')).toEqual(['user:alice /c', 'user:alice /i'])
  })

  it('teaches nothing of a function that is gone', async () => {
    const { parts, files } = rig([event('e1', 1)])
    await stream(
      learnQueue({ ...parts, endpointOf: () => undefined }),
      message('process_completed', 'e1', [file('/1')]),
    )
    expect(files).toEqual([])
  })

  it('is not parsed where no file can be in it', () => {
    const { parts, looks } = rig([event('e1', 1)])
    const tap = learnQueue(parts)
    const chain = new TapChain([tap])
    for (const msg of ['estimation', 'progress', 'heartbeat'])
      expect(chain.wants(Buffer.from(message(msg, 'e1', ['text'])))).toBe(false)
    expect(looks()).toBe(0)
  })
})
