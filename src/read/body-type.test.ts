import { describe, expect, it } from 'vitest'
import { parseBodyType } from './body-type.ts'

describe('the type of a body', () => {
  it.each([
    ['application/json', { kind: 'json' }],
    ['Application/JSON', { kind: 'json' }],
    ['application/json; charset=utf-8', { kind: 'json' }],
    ['application/json;charset="UTF-8"', { kind: 'json' }],
    ['multipart/form-data; boundary=x', { kind: 'form', boundary: 'x' }],
    [
      'multipart/form-data; boundary=----WebKitFormBoundaryAbC0',
      { kind: 'form', boundary: '----WebKitFormBoundaryAbC0' },
    ],
    ['multipart/form-data;boundary="a b:c"', { kind: 'form', boundary: 'a b:c' }],
    ['Multipart/Form-Data; Boundary=Xy', { kind: 'form', boundary: 'Xy' }],
  ])('may be %s', (type, expected) => {
    expect(parseBodyType(type)).toEqual(expected)
  })

  it.each([
    '',
    'application/jsonp',
    'application/ld+json',
    'text/json',
    'text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; profile=x',
    'application/json;',
    'application/json, text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="a "',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/form-data; boundary=a b',
    'multipart/form-data; charset=utf-16; boundary=a',
    'multipart/form-data; boundary=a; charset=utf-16',
    'multipart/form-data; boundary=a"b',
    'multipart/form-data; boundary="a\\"b"',
    `multipart/form-data; boundary=${'a'.repeat(71)}`,
    'multipart/mixed; boundary=a',
    'multipart/form-dataX; boundary=a',
  ])('is not %j', (type) => {
    expect(parseBodyType(type)).toBeUndefined()
  })
})
