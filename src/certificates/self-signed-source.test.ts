/** The certificate that the machine makes itself: kept, reused, and made anew in time. */
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { SelfSignedSource } from './self-signed-source.ts'

const day = 86_400_000
const start = 1_800_000_000_000
let [folder, now] = ['', start]
const events: AuditEvent[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-self-'))
  now = start
  events.length = 0
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function open(names: readonly string[] = ['gate.lan', '10.0.0.5'], further: readonly string[] = []) {
  const source = new SelfSignedSource(
    { names, further },
    {
      folder,
      clock: { now: () => now },
      record: async (event) => void events.push(event),
      say: () => undefined,
    },
  )
  await source.open()
  const made = source.current()
  await source.close()
  if (made === undefined) throw new TypeError('there is one after open')
  return made
}

test('it is for every name and address, with a key on P-256, for 397 days at most', async () => {
  const { pair, facts } = await open(
    ['gate.lan', '10.0.0.5'],
    ['fd00::5', 'localhost', '127.0.0.1', 'gate.lan'],
  )
  for (const name of ['gate.lan', '10.0.0.5', 'fd00::5', 'localhost', '127.0.0.1'])
    expect(facts.covers(name), name).toBe(true)
  expect(facts.covers('example.org')).toBe(false)
  const leaf = new X509Certificate(pair.cert)
  expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(leaf.ca).toBe(false)
  expect(leaf.verify(leaf.publicKey)).toBe(true)
  expect(facts.selfSigned).toBe(true)
  expect(facts.notAfter - facts.notBefore).toBeLessThanOrEqual(397 * day)
  expect(facts.notBefore).toBeLessThan(now)
  expect(facts.fingerprint).toMatch(/^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/)
  expect(events).toMatchObject([{ kind: 'certificate.obtained', how: 'self-signed' }])
})

test('it is the same after a restart until 30 days before its end', async () => {
  const first = await open()
  now = first.facts.notAfter - 30 * day - 1
  expect((await open()).facts.fingerprint).toBe(first.facts.fingerprint)
  now += 2
  const second = await open()
  expect(second.facts.fingerprint).not.toBe(first.facts.fingerprint)
  expect(second.pair.key).not.toBe(first.pair.key)
})

test('it is made anew for a name that it lacks, not for an address that came or went', async () => {
  const { fingerprint } = (await open(['gate.lan'], ['fd00::5'])).facts
  expect((await open(['gate.lan'], ['fd00::6'])).facts.fingerprint).toBe(fingerprint)
  expect((await open(['other.lan'])).facts.fingerprint).not.toBe(fingerprint)
})

test('it lies where only its owner reads it, and a file that is broken is replaced', async () => {
  await open()
  const file = join(folder, 'self-signed.pem')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await writeFile(file, (await readFile(file, 'utf8')).slice(0, 300))
  const { facts } = await open()
  expect((await open()).facts.fingerprint).toBe(facts.fingerprint)
})
