import { describe, expect, test } from 'vitest'
import type { Json } from '../kit/json.ts'
import { fitsSchema } from './schema.ts'

// The form that Pydantic gives to Chatbot's data model (gradio/components/chatbot.py 6.31), shortened.
const chatbot: Json = {
  $defs: {
    Message: {
      type: 'object',
      required: ['role', 'content'],
      properties: {
        role: { type: 'string' },
        content: { type: 'array', items: { anyOf: [{ $ref: '#/$defs/Text' }, { $ref: '#/$defs/File' }] } },
      },
    },
    Text: {
      type: 'object',
      required: ['text'],
      properties: { text: { type: 'string' }, type: { const: 'text', default: 'text', type: 'string' } },
    },
    File: { type: 'object', required: ['file'], properties: { file: { type: 'object' } } },
  },
  type: 'array',
  items: { $ref: '#/$defs/Message' },
}

describe('a schema of a data model', () => {
  test.each<[Json, boolean]>([
    [[], true],
    [[{ role: 'user', content: [{ text: 'hi', type: 'text' }], more: 1 }], true],
    [[{ role: 'user', content: [{ file: {} }] }], true],
    [[{ role: 'user', content: 'hi' }], false],
    [[{ role: 1, content: [] }], false],
    [[{ content: [] }], false],
    [[{ role: 'user', content: [{ text: 'hi', type: 'file' }] }], false],
    ['hi', false],
    [{ role: 'user' }, false],
  ])('%j: %s', (value, expected) => {
    expect(fitsSchema(value, chatbot)).toBe(expected)
  })

  test.each<[Json, Json, boolean]>([
    [1, { type: 'integer' }, true],
    [1.5, { type: 'integer' }, false],
    ['a', { enum: ['a', 1] }, true],
    ['b', { enum: ['a', 1] }, false],
    [null, { anyOf: [{ type: 'string' }, { type: 'null' }] }, true],
    [['a', 1], { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], maxItems: 2 }, true],
    [
      ['a', 'b'],
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], maxItems: 2 },
      false,
    ],
    [
      ['a', 1, 2],
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], maxItems: 2 },
      false,
    ],
    [{ a: 1 }, { type: 'object', additionalProperties: { type: 'number' } }, true],
    [{ a: 'b' }, { type: 'object', additionalProperties: { type: 'number' } }, false],
    [{ a: 'b' }, { type: 'object', additionalProperties: false }, false],
    [{ anything: [1] }, { type: {}, description: 'any valid json' }, true],
    [1, { $ref: '#/$defs/Missing' }, false],
  ])('%j against %j: %s', (value, schema, expected) => {
    expect(fitsSchema(value, schema)).toBe(expected)
  })

  test('a reference that leads to itself ends', () => {
    expect(fitsSchema('a', { $defs: { A: { $ref: '#/$defs/A' } }, $ref: '#/$defs/A' })).toBe(false)
  })
})
