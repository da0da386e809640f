import { describe, expect, test } from 'vitest'
import { Numeral, type Json } from '../kit/json.ts'
import { sampleFile } from './sample-file.contract.ts'
import { slot } from './sample.contract.ts'
import { isFreeText, judgeShape } from './shape.ts'

describe('the shape of a value', () => {
  test.each<[string, Json]>([
    ['textbox', 'text'],
    ['textbox', ''],
    ['textbox', null],
    ['number', 1],
    ['number', 2.5],
    ['number', null],
    ['slider', 3],
    ['checkbox', true],
    ['radio', 'a'],
    ['radio', 1],
    ['dropdown', 'a'],
    ['checkboxgroup', ['a', 1]],
    ['checkboxgroup', []],
    ['dataset', 0],
    ['datetime', '2026-01-01 00:00:00'],
    ['datetime', '2026-01-01'],
    ['datetime', '2026-01-01T00:00:00.5+09:00'],
    ['datetime', 'now - 5m'],
    ['datetime', ''],
    ['colorpicker', 'rgba(1, 2, 3, 1)'],
    ['colorpicker', 'hsl(120.5deg 50% 50% / 0.5)'],
    ['colorpicker', '#AbCdEf80'],
    ['colorpicker', 'tomato'],
    ['colorpicker', ''],
    ['code', 'print(1)'],
    ['json', { any: [1, null] }],
    ['html', 3],
    ['file', sampleFile('/tmp/a.txt')],
    ['file', [sampleFile('/tmp/a.txt')]],
    ['timer', 0.5],
  ])('%s takes %j', (type, value) => {
    expect(judgeShape(value, slot(type))).toBeUndefined()
  })

  test.each<[string, Json]>([
    ['textbox', 1],
    ['textbox', ['text']],
    ['textbox', { value: 'text' }],
    ['number', '1'],
    ['number', true],
    ['number', [1]],
    ['checkbox', 'yes'],
    ['checkbox', 1],
    ['radio', ['a']],
    ['dropdown', ['a']],
    ['dropdown', { a: 1 }],
    ['checkboxgroup', 'a'],
    ['checkboxgroup', [['a']]],
    ['dataset', 0.5],
    ['dataset', 'first'],
    ['file', '/etc/passwd'],
    ['file', { path: 1 }],
    ['file', { url: 'https://example.org/a' }],
    ['file', [sampleFile('/tmp/a.txt'), 'b']],
    ['colorpicker', 5],
    ['colorpicker', "red' or 'a'='a"],
    ['colorpicker', 'red; rm -rf /'],
    ['colorpicker', 'url(javascript:alert(1))'],
    ['colorpicker', 'red\n'],
    ['datetime', "2026' or 1=1 --"],
    ['datetime', 'now; id'],
    ['datetime', '2026-01-01\n'],
    ['datetime', '$(id)'],
  ])('%s does not take %j', (type, value) => {
    expect(judgeShape(value, slot(type))).toBe('type')
  })

  test('a number is what a double can hold, however it is written', () => {
    expect(judgeShape(new Numeral('2.0'), slot('number'))).toBeUndefined()
    expect(judgeShape(new Numeral('18331719449662323894'), slot('number'))).toBeUndefined()
    expect(judgeShape(new Numeral('1e400'), slot('number'))).toBe('type')
  })

  test('a list is for a dropdown of several choices', () => {
    expect(judgeShape(['a'], slot('dropdown', { multiselect: true }))).toBeUndefined()
    expect(judgeShape('a', slot('dropdown', { multiselect: true }))).toBe('type')
  })

  test('where the app may change a dropdown, both forms pass', () => {
    expect(judgeShape(['a'], slot('dropdown', {}, { changes: true }))).toBeUndefined()
    expect(judgeShape('a', slot('dropdown', {}, { changes: true }))).toBeUndefined()
  })

  test('a number that a handler in the browser put into a textbox passes where that can be', () => {
    expect(judgeShape(7, slot('textbox', {}, { changes: true }))).toBeUndefined()
    expect(judgeShape({ a: 7 }, slot('textbox', {}, { changes: true }))).toBe('type')
  })

  test('whatever is sent for State is not looked at: the app ignores it', () => {
    expect(judgeShape({ any: 'thing' }, slot('state'))).toBeUndefined()
  })

  test('where the function asks for the component, the value inside its properties is judged', () => {
    const asked = slot('number', {}, { asProps: true })
    expect(judgeShape({ value: 1, label: 'n' }, asked)).toBeUndefined()
    expect(judgeShape({ value: 'one', label: 'n' }, asked)).toBe('type')
    expect(judgeShape(1, asked)).toBe('type')
  })

  test('a component of its own kind is judged by the schema that it declares, or not at all', () => {
    const schema = { type: 'object', required: ['token'], properties: { token: { type: 'string' } } }
    expect(judgeShape({ token: 'a' }, slot('mycomponent', {}, { schema }))).toBeUndefined()
    expect(judgeShape({ token: 1 }, slot('mycomponent', {}, { schema }))).toBe('type')
    expect(judgeShape({ token: 1 }, slot('mycomponent'))).toBeUndefined()
  })
})

test('free text is what nothing bounds', () => {
  const free = ['textbox', 'code', 'json', 'html'].map((type) => slot(type))
  expect([...free, slot('dropdown', { allow_custom_value: true })].map(isFreeText)).toEqual(
    Array.from({ length: 5 }, () => true),
  )
  const bounded = ['number', 'checkbox', 'radio', 'dropdown', 'file', 'state', 'datetime']
  expect(bounded.map((type) => isFreeText(slot(type)))).toEqual(bounded.map(() => false))
})
