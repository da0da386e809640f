/** Places when all are taken: one account keeps no more than its share, from however many addresses it asks. */
import { get } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { comeFrom, type Street } from '../rig/come-from.ts'
import { findSigner } from '../rig/signer.ts'
import { streaming, useUpstream } from './with-upstream.ts'

const on = useUpstream()
const streets: Street[] = []
afterEach(() => {
  for (const street of streets.splice(0)) street.close()
})

const path = '/theme.css'

/** Asks for a stream that stays open, each time from another address; answers the status, or that it was cut. */
async function hold(cookie: string, onEnd: () => void): Promise<number | 'cut'> {
  const street = await comeFrom(on.path.server, `203.0.113.${String(streets.length)}`)
  streets.push(street)
  const origin = `http://127.0.0.1:${String(street.port)}`
  const signed = findSigner(on.path.url, cookie)?.sign({ method: 'GET', origin, path })
  return new Promise((resolve) => {
    const headers = { cookie, ...signed }
    const asked = get(`${origin}${path}`, { headers, agent: false }, (answer) => {
      answer.on('error', () => undefined).on('close', onEnd)
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', () => resolve('cut'))
  })
}

it('one login that holds all of them makes room for others, and takes nobody else’s', async () => {
  const greedy = await on.start(streaming, { connections: 10 })
  const honest = await on.path.signIn()
  const other = await on.path.signIn()
  const lost: string[] = []
  const holdAs = (name: string, { cookie }: { cookie: string }) => hold(cookie, () => lost.push(name))
  expect(await holdAs('honest', honest)).toBe(200)
  for (let at = 0; at < 9; at++) expect(await holdAs('greedy', greedy)).toBe(200)
  expect(await holdAs('other', other)).toBe(200)
  await expect.poll(() => lost).toEqual(['greedy'])
  // Eight are left to it.
  expect(await holdAs('another', other)).toBe('cut')
  expect(lost).toEqual(['greedy'])
})
