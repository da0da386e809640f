/** For which hosts browsers are told to use nothing but HTTPS. */
import { expect, test } from 'vitest'
import { hstsHeader } from './hsts.ts'

const year = 31_536_000

test.each(['demo.example.org', 'demo.example.org.'])('%s is told', (host) => {
  expect(hstsHeader({ scheme: 'https', host }, year)).toEqual({
    'strict-transport-security': 'max-age=31536000',
  })
})

test('nought takes it back', () => {
  expect(hstsHeader({ scheme: 'https', host: 'demo.example.org' }, 0)).toEqual({
    'strict-transport-security': 'max-age=0',
  })
})

test.each([
  'demo.example.org:443',
  'demo.example.org:8443',
  '203.0.113.7',
  '[2001:db8::1]',
  '[2001:db8::1]:8443',
  'localhost',
  'a.localhost',
  'localhost.',
])('%s is not told', (host) => {
  expect(hstsHeader({ scheme: 'https', host }, year)).toEqual({})
})

test('nobody is told over plain HTTP, or when it is off', () => {
  expect(hstsHeader({ scheme: 'http', host: 'demo.example.org' }, year)).toEqual({})
  expect(hstsHeader({ scheme: 'https', host: 'demo.example.org' }, undefined)).toEqual({})
})
