/** Somebody signs in with what docs/reference/proof.md says of the messages, and nothing else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { client, ready } from '@serenity-kit/opaque'
import { expect, it } from 'vitest'
import { leastStretching, paths, type LoginStarted } from '../../src/contract/contract.ts'
import { askJson } from '../rig/ask.ts'
import { Signer } from '../rig/signer.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/proof.md'), 'utf8')
const section = /\n## The login\n([\s\S]*?)\n## /.exec(page)?.[1] ?? ''

type Fields = Readonly<Record<string, unknown>>

/** Path, body, status and answer, as they stand there. */
const [start, finish, enter] = section
  .matchAll(/POST (\S+)\n(\{.*\})\n\n(\d+)\n(\{.*\})?/g)
  .map(([, path = '', body = '', status = '', answer = 'null']) => ({
    ...{ path, body: JSON.parse(body) as Fields, status: Number(status) },
    answer: JSON.parse(answer) as Fields | null,
  }))
  .toArray()

const namesIn = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, namesIn(inner)]))
    : '…'
/** What a message has by the page's names, in our values. */
function fill(named: Fields, values: Fields): object {
  return Object.fromEntries(Object.keys(named).map((name) => [name, values[name]]))
}
const bytesIn = (text: string) => Buffer.from(text, 'base64url').length

it('signs in with the messages that the page tells', async () => {
  await ready
  if (start === undefined || finish === undefined) return expect.fail('no messages')
  await on.start(plain)
  await on.path.users.add('bob', 'a lighthouse for bob')
  const password = 'a lighthouse for bob'.normalize('NFKC')
  const { clientLoginState, startLoginRequest } = client.startLogin({ password })
  const first = fill(start.body, { startLoginRequest, username: start.body['username'] })
  const started = await askJson(on.path.url, start.path, first)
  expect([started.status, namesIn(JSON.parse(started.body))]).toEqual([start.status, namesIn(start.answer)])
  const { loginResponse, state, stretching, identifiers } = JSON.parse(started.body) as LoginStarted
  expect(start.answer).toMatchObject({ identifiers: { client: identifiers.client } })
  const proof = client.finishLogin({
    ...{ clientLoginState, loginResponse, password, identifiers },
    keyStretching: { 'argon2id-custom': stretching },
  })
  if (proof === undefined) return expect.fail('the envelope does not open')
  const { finishLoginRequest, sessionKey } = proof
  const lengths = [startLoginRequest, loginResponse, finishLoginRequest].map(bytesIn)
  expect(section).toContain(
    `KE1, KE2 and KE3 (${lengths.slice(0, 2).join(', ')} and ${String(lengths[2])} bytes)`,
  )
  const key = new Signer().offer(sessionKey, on.path.url)
  expect(namesIn(finish.body['key'])).toEqual(namesIn({ ...key, publicKey: '' }))
  const finished = await askJson(
    on.path.url,
    finish.path,
    fill(finish.body, { finishLoginRequest, state, key }),
  )
  expect([finished.status, finished.setCookies.length > 0]).toEqual([finish.status, true])
})

it('says how a code is brought as the gate reads it', () => {
  const message = new Signer().enter('code', 'https://demo.example.org', new Signer())
  expect([enter?.path, namesIn(enter?.body)]).toEqual([paths.enterApi, namesIn(message)])
})

it('has the least that a page takes', () => {
  const { memory, iterations, parallelism } = leastStretching
  expect(section).toContain(
    `${String(memory)} KiB, ${String(iterations)} passes and ${String(parallelism)} lane`,
  )
})
