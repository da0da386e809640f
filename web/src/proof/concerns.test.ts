/** Which requests of a page are signed. */
import { paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { challengePath, isSigned, sessionPath } from './concerns.ts'

const origin = 'https://app.example'
const signed = (path: string, method: string) => isSigned(new URL(path, origin), method, origin)

test('whatever goes to the app is signed', () => {
  for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'x'])
    for (const path of [
      '/',
      '/config',
      '/gradio_api/queue/join?x=1',
      '/.sekishox/',
      '/x/.sekisho/api/login/start',
    ])
      expect(signed(path, method), `${method} ${path}`).toBe(true)
})

test('nothing goes signed to another origin', () => {
  for (const other of [
    'https://elsewhere.example/',
    'http://app.example/',
    'https://app.example:8443/',
    'https://app.example.elsewhere.example/',
    'data:,x',
    // Of this origin, but never sent anywhere.
    'blob:https://app.example/0b6c7d5e',
  ])
    expect(signed(other, 'POST'), other).toBe(false)
})

test('of the gate’s own, what changes something is signed, unless nobody needs to be signed in for it', () => {
  const free: readonly string[] = [
    ...[paths.challenge, paths.logout, paths.loginStart, paths.loginFinish],
    ...[paths.joinLook, paths.joinStart, paths.joinFinish],
  ]
  for (const path of Object.values(paths)) {
    expect(signed(path, 'GET'), path).toBe(false)
    expect(signed(path, 'POST'), path).toBe(!free.includes(path))
  }
  expect(challengePath).toBe(paths.challenge)
  expect(sessionPath).toBe(paths.session)
})
