import { describe, expect, test } from 'vitest'
import { Numeral, type Json, type JsonObject } from '../kit/json.ts'
import { judgeBounds } from './bounds.ts'
import type { FlawReason } from './flaw.ts'
import { sampleFile } from './sample-file.contract.ts'
import { slot } from './sample.contract.ts'

const choices = [
  ['Red', 'red'],
  ['One', 1],
]

// One call has room for a million entries; a look at each choice for each of them takes minutes.
test('choices of a long list are found in one go', { timeout: 60_000 }, () => {
  const known = Array.from({ length: 1000 }, (_, at) => [`label ${at}`, `value ${at}`])
  const value = Array.from({ length: 300_000 }, () => 'value 999')
  expect(judgeBounds(value, slot('checkboxgroup', { choices: known }))).toBeUndefined()
  expect(judgeBounds([...value, 'value 1000'], slot('checkboxgroup', { choices: known }))).toBe('choice')
})

describe('what a component declares', () => {
  test.each<[string, JsonObject, Json, FlawReason | undefined]>([
    ['textbox', { max_length: 5 }, 'abcde', undefined],
    ['textbox', { max_length: 5 }, 'abcdef', 'too-long'],
    ['textbox', { max_length: 5, value: 'longer than five' }, 'longer than five', undefined],
    ['textbox', { max_length: null }, 'x'.repeat(9999), undefined],
    ['number', { minimum: 1, maximum: 3 }, 3, undefined],
    ['number', { minimum: 1, maximum: 3 }, 3.01, 'too-high'],
    ['number', { minimum: 1, maximum: 3 }, 0, 'too-low'],
    ['number', { minimum: 1, maximum: 3 }, null, undefined],
    ['slider', { minimum: 1, maximum: 3 }, -1, 'too-low'],
    ['radio', { choices }, 'red', undefined],
    ['radio', { choices }, 'Red', 'choice'],
    ['radio', { choices }, true, 'choice'],
    ['dropdown', { choices }, 'blue', 'choice'],
    ['dropdown', { choices, allow_custom_value: true }, 'blue', undefined],
    ['dropdown', { choices, multiselect: true }, ['red', 'blue'], 'choice'],
    ['dropdown', { choices, multiselect: true, max_choices: 1 }, ['red', 1], 'too-many'],
    ['checkboxgroup', { choices }, ['red', 1], undefined],
    ['checkboxgroup', { choices }, ['green'], 'choice'],
    ['dataset', { samples: [['a'], ['b']] }, 1, undefined],
    ['dataset', { samples: [['a'], ['b']] }, 2, 'choice'],
    ['dataset', { samples: [['a'], ['b']] }, -1, 'choice'],
    ['file', { file_count: 'single' }, [sampleFile('/a.txt'), sampleFile('/b.txt')], 'file-count'],
    ['file', { file_count: 'multiple' }, [sampleFile('/a.txt'), sampleFile('/b.txt')], undefined],
    ['file', { file_types: ['.txt', '.csv'] }, sampleFile('/x/A.TXT'), undefined],
    ['file', { file_types: ['.txt', '.csv'] }, sampleFile('/x/a.sh'), 'file-type'],
    ['file', { file_types: ['.txt'] }, sampleFile('/x.txt/.txt'), 'file-type'],
    ['file', { file_types: ['image'] }, sampleFile('/x/a.sh'), undefined],
    ['multimodaltextbox', { file_types: ['.txt'] }, { text: '', files: [sampleFile('/a.sh')] }, 'file-type'],
  ])('%s with %j, sent %j: %s', (type, props, value, expected) => {
    expect(judgeBounds(value, slot(type, props, { schema: {} }))).toBe(expected)
  })

  test.each<[string, JsonObject, Json, FlawReason | undefined]>([
    ['number', { value: 10 }, 10, undefined],
    ['number', { value: 10 }, 0.01, 'read-only'],
    ['number', { value: 10 }, null, 'read-only'],
    // What Chromium sends for a component that was declared without a value.
    ['number', { value: null }, 0, undefined],
    ['textbox', {}, '', undefined],
    ['textbox', {}, 'forged', 'read-only'],
    ['textbox', { value: 'kept' }, '', 'read-only'],
    ['code', { value: null }, '', undefined],
    ['slider', { value: 2, minimum: 2 }, 3, 'read-only'],
    ['checkbox', { value: false }, true, 'read-only'],
    ['checkboxgroup', { value: [], choices }, ['red'], 'read-only'],
    ['dropdown', { value: ['red'], choices, multiselect: true }, ['red'], undefined],
    ['radio', { value: 'red', choices }, 1, 'read-only'],
    // Its template may change it in the browser.
    ['html', { value: 'a' }, 'b', undefined],
  ])('%s that nobody may edit, %j, sent %j: %s', (type, props, value, expected) => {
    expect(judgeBounds(value, slot(type, { ...props, interactive: false }))).toBe(expected)
  })

  test('numbers are the same however they are written', () => {
    expect(judgeBounds(new Numeral('1.0'), slot('radio', { choices }))).toBeUndefined()
    expect(
      judgeBounds(new Numeral('10.0'), slot('number', { value: 10, interactive: false })),
    ).toBeUndefined()
    expect(judgeBounds(new Numeral('3.10'), slot('number', { maximum: 3 }))).toBe('too-high')
  })
})
