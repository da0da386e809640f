import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { filesIn, filesInChanges } from './file-data.ts'

const holdsFiles = (type: string) => ['image', 'chatbot', 'gallery', 'file'].includes(type)
const file = (path: string, more: Readonly<Record<string, Json>> = {}): Json => ({
  path,
  url: `http://127.0.0.1:7860/gradio_api/file=${encodeURIComponent(path).replaceAll('%2F', '/')}`,
  size: null,
  orig_name: 'x.png',
  mime_type: null,
  is_stream: false,
  meta: { _type: 'gradio.FileData' },
  ...more,
})
const inValue = (value: Json) => filesIn(value, holdsFiles).sort()
const inChanges = (...changes: Json[]) => filesInChanges(changes, holdsFiles)

describe('the files in a value', () => {
  it('are found at any depth, each with the path that Gradio gave it', () => {
    expect(inValue(file('/a'))).toEqual(['/a'])
    expect(inValue([{ image: file('/a'), caption: '/c' }, { image: file('/b') }])).toEqual(['/a', '/b'])
    expect(inValue({ __type__: 'update', value: { text: 'x', files: [file('/a')] } })).toEqual(['/a'])
    expect(inValue([{ role: 'user', content: [{ type: 'file', file: file('/a') }] }])).toEqual(['/a'])
  })

  it('are none without the mark that Gradio writes, in text, or streamed', () => {
    expect(inValue({ path: '/a', url: '/gradio_api/file=/a' })).toEqual([])
    expect(inValue(JSON.stringify(file('/a')))).toEqual([])
    expect(inValue(file('/a', { meta: { _type: 'other' } }))).toEqual([])
    expect(inValue(file('/a', { path: 5 }))).toEqual([])
    expect(inValue(file('abc.mac/run/7/playlist.m3u8', { is_stream: true }))).toEqual([])
  })

  it('of a component inside a chat message are those of a component that holds files', () => {
    const message = (component: Json, value: Json) => [
      {
        role: 'assistant',
        content: [{ type: 'component', component, value, props: {}, constructor_args: {} }],
      },
    ]
    expect(inValue(message('image', file('/a')))).toEqual(['/a'])
    expect(inValue(message('Image', file('/a')))).toEqual(['/a'])
    expect(inValue(message('json', file('/a')))).toEqual([])
    expect(inValue(message('html', { a: [file('/a')] }))).toEqual([])
    expect(inValue(message(null, file('/a')))).toEqual([])
    // Nothing is declared of it but its type.
    const bySchema = (_: string, schemas: readonly (Json | undefined)[]) => schemas.length > 0
    expect(filesIn(message('custom', file('/a')), bySchema)).toEqual([])
  })

  it('of a component inside a chat message are told before Gradio 6 as well, where no field says that it is one', () => {
    const message = (component: Json, value: Json) => [
      [{ component, value, props: { value }, constructor_args: {} }, null],
    ]
    expect(inValue(message('image', file('/a')))).toEqual(['/a'])
    expect(inValue(message('json', file('/a')))).toEqual([])
    expect(inValue(message(null, file('/a')))).toEqual([])
  })

  it('are none of the properties of a component inside a chat message, which its page may have made up', () => {
    const made = { icon: file('/a'), avatar_images: [file('/b'), null] }
    for (const type of [{}, { type: 'component' }]) {
      for (const component of ['button', 'chatbot', 'image']) {
        const one = { ...type, component, value: null, props: made, constructor_args: made }
        expect(inValue([{ role: 'user', content: one }])).toEqual([])
      }
    }
  })

  it('are never found where no dict says that it is one', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.constant('/a'),
      fc.constant('gradio.FileData'),
      fc.integer(),
      fc.constant(null),
    )
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('path', 'url', 'value', 'x'), tie('value')),
      ),
    })).value
    fc.assert(
      fc.property(json, (value) => {
        expect(inValue(value)).toEqual([])
      }),
    )
  })
})

describe('the files in changes', () => {
  it('are those of dicts that come new', () => {
    expect(inChanges(['replace', [], file('/a')])).toEqual(['/a'])
    expect(inChanges(['add', [1], { image: file('/b'), caption: null }])).toEqual(['/b'])
    expect(inChanges(['replace', ['value'], file('/c')])).toEqual(['/c'])
  })

  it('are those whose path and address change together, as when one image follows another', () => {
    const url = (path: string) => `http://host/gradio_api/file=${path}`
    expect(inChanges(['replace', ['path'], '/a b'], ['replace', ['url'], url('/a%20b')])).toEqual(['/a b'])
    expect(
      inChanges(['replace', [2, 'image', 'url'], url('/a')], ['replace', [2, 'image', 'path'], '/a']),
    ).toEqual(['/a'])
    expect(inChanges(['replace', ['value', 'path'], '/a'], ['replace', ['value', 'url'], url('/a')])).toEqual(
      ['/a'],
    )
  })

  it.each<[string, Json[]]>([
    ['a path alone', [['replace', ['path'], '/a']]],
    [
      'a path beside another address',
      [
        ['replace', ['path'], '/a'],
        ['replace', ['url'], 'http://host/gradio_api/file=/b'],
      ],
    ],
    [
      'a path and the address of another dict',
      [
        ['replace', [0, 'path'], '/a'],
        ['replace', [1, 'url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    [
      'what is appended to strings',
      [
        ['append', ['path'], '/a'],
        ['append', ['url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    [
      'a path inside another component of a chat message',
      [
        ['replace', [0, 'content', 0, 'value', 'path'], '/a'],
        ['replace', [0, 'content', 0, 'value', 'url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    [
      'a dict inside another component of a chat message',
      [['replace', [0, 'content', 0, 'value'], file('/a')]],
    ],
    [
      'a path that is appended to, beside its address',
      [
        ['append', ['path'], '/a'],
        ['replace', ['url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    [
      'a path beside an address that is appended to',
      [
        ['replace', ['path'], '/a'],
        ['append', ['url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    [
      'another word beside an address of the same',
      [
        ['replace', ['alt_text'], '/a'],
        ['replace', ['url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    [
      'a path beside an address that is none of a file',
      [
        ['replace', ['path'], '/a'],
        ['replace', ['url'], 'file:/a'],
      ],
    ],
    [
      'a path beside an address that merely ends like it',
      [
        ['replace', ['path'], '/a'],
        ['replace', ['url'], 'host:/a'],
      ],
    ],
    [
      'a path in the properties of another component',
      [
        ['replace', ['props', 'path'], '/a'],
        ['replace', ['props', 'url'], 'http://host/gradio_api/file=/a'],
      ],
    ],
    ['the properties of another component', [['replace', ['props'], file('/a')]]],
    ['what is deleted', [['delete', [0], file('/a')]]],
    [
      'an address that can’t be decoded',
      [
        ['replace', ['path'], '/%'],
        ['replace', ['url'], '/file=/%'],
      ],
    ],
    ['something that is no list of changes', [file('/a')]],
    ['a change without a place', [['replace', 'path', file('/a')]]],
  ])('are none in %s', (_, changes) => {
    expect(inChanges(...changes)).toEqual([])
  })

  it('are none in no change', () => {
    expect(filesInChanges(null, holdsFiles)).toEqual([])
    expect(filesInChanges('x', holdsFiles)).toEqual([])
  })
})
