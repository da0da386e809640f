import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrictText, requestLimits, writeJson } from '../kit/strict-json.ts'
import { parseRpc, writeRpc } from './message.ts'

const parse = (text: string) => parseRpc(parseStrictText(text, requestLimits))

describe('a message', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"method":"tools/list"}', { kind: 'request', id: 1, method: 'tools/list' }],
    ['{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}', { kind: 'request', id: 'a', method: 'ping' }],
    [
      '{"jsonrpc":"2.0","id":2,"method":"tools/list","params":null}',
      { kind: 'request', id: 2, method: 'tools/list' },
    ],
    [
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      { kind: 'notification', method: 'notifications/initialized' },
    ],
  ])('is read: %s', (text, expected) => {
    expect(parse(text)).toEqual({ ...expected, params: {} })
  })

  it.each([
    ['a list of them', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', undefined],
    ['of another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}', 1],
    ['of none', '{"id":1,"method":"ping"}', 1],
    ['whose id is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', undefined],
    ['whose id is no whole number', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', undefined],
    [
      'whose id JavaScript would change',
      '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}',
      undefined,
    ],
    ['with a list of parameters', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 1],
    ['with more than there is', '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}', 1],
    ['that is an answer', '{"jsonrpc":"2.0","id":1,"result":{}}', 1],
    ['that is an error', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}', 1],
  ])('%s is none', (_what, text, id) => {
    expect(parse(text)).toEqual({
      ...{ kind: 'trouble', trouble: 'message' },
      ...(id !== undefined && { id }),
    })
  })

  it.each([
    'prompts/get',
    'resources/read',
    'completion/complete',
    'logging/setLevel',
    'Tools/call',
    'tools/call ',
    'constructor',
    'notifications/initialized',
  ])('that asks for %s is answered by its id, and not passed on', (method) => {
    expect(parse(JSON.stringify({ jsonrpc: '2.0', id: 7, method }))).toEqual({
      kind: 'trouble',
      trouble: 'method',
      id: 7,
    })
  })

  it('calls no tool without an id', () => {
    expect(parse('{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x"}}')).toEqual({
      kind: 'trouble',
      trouble: 'method',
    })
  })

  it('that is read is written again as the same', () => {
    const message = fc.record({
      jsonrpc: fc.constant('2.0'),
      id: fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: 256 })),
      method: fc.constantFrom('initialize', 'ping', 'tools/list', 'tools/call'),
      params: fc.dictionary(fc.string(), fc.jsonValue()),
    })
    fc.assert(
      fc.property(message, (made) => {
        const text = JSON.stringify(made)
        const parsed = parse(text)
        expect(parsed).toMatchObject({ kind: 'request', id: made.id, method: made.method })
        if (parsed.kind === 'request')
          expect(JSON.parse(writeJson(writeRpc(parsed, parsed.params)))).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })
})
