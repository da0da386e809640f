/** The operator's own files: taken at the start, and again when they were replaced. */
import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Certificate } from './certificate-source.ts'
import { FileSource } from './file-source.ts'
import type { CertificatePair } from './pair.ts'

const patience = { timeout: 20_000, interval: 50 }
let folder = ''
let [cert, key] = ['', '']
let source: FileSource | undefined
const said: string[] = []
const taken: Certificate[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-files-'))
  cert = join(folder, 'cert.pem')
  key = join(folder, 'key.pem')
  said.length = 0
  taken.length = 0
})

afterEach(async () => {
  await source?.close()
  await rm(folder, { recursive: true })
})

async function make(notAfterDate?: Date): Promise<CertificatePair> {
  const made = await generate([{ name: 'commonName', value: 'gate.lan' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(notAfterDate && { notBeforeDate: new Date(0), notAfterDate }),
  })
  return { cert: made.cert, key: made.private }
}

async function write(pair: CertificatePair): Promise<void> {
  await writeFile(cert, pair.cert)
  await writeFile(key, pair.key)
}

async function open(): Promise<FileSource> {
  source = new FileSource(
    { cert, key },
    {
      clock: { now: () => Date.now() },
      record: async () => Promise.resolve(),
      say: (words) => said.push(words),
    },
  )
  source.onChange((certificate) => taken.push(certificate))
  await source.open()
  return source
}

test('a pair that was replaced is in use soon', async () => {
  await write(await make())
  const opened = await open()
  const next = await make()
  await write(next)
  await vi.waitUntil(() => taken.length > 0, patience)
  expect(taken[0]?.pair).toEqual(next)
  expect(opened.current()?.pair).toEqual(next)
  expect(said.join()).toMatch(/The new certificate in .*cert\.pem is in use/)
}, 30_000)

test('links that are swapped count as replaced', async () => {
  const [first, second] = [await make(), await make()]
  for (const [name, pair] of Object.entries({ first, second })) {
    await writeFile(join(folder, `${name}.crt`), pair.cert)
    await writeFile(join(folder, `${name}.key`), pair.key)
  }
  await symlink('first.crt', cert)
  await symlink('first.key', key)
  await open()
  await unlink(cert)
  await unlink(key)
  await symlink('second.crt', cert)
  await symlink('second.key', key)
  await vi.waitUntil(() => taken.length > 0, patience)
  expect(taken[0]?.pair).toEqual(second)
}, 30_000)

test('a broken pair keeps the old one, and says so once', async () => {
  const old = await make()
  await write(old)
  const opened = await open()
  await write({ ...(await make()), key: old.key })
  await vi.waitUntil(() => said.length > 0, patience)
  expect(said[0]).toMatch(/the certificate in use stays.*the key is not the one/)
  await write(await make(new Date(86_400_000)))
  await vi.waitUntil(() => said.length > 1, patience)
  expect(said[1]).toMatch(/ended at 1970-01-02/)
  await unlink(key)
  await vi.waitUntil(() => said.length > 2, patience)
  expect(said[2]).toMatch(/key\.pem can't be read/)
  expect(opened.current()?.pair).toEqual(old)
  await write(old)
  const next = await make()
  await write(next)
  await vi.waitUntil(() => taken.length > 0, patience)
  expect(taken.map(({ pair }) => pair)).toEqual([next])
}, 60_000)

test('at the start a broken pair is a fault in words', async () => {
  await write({ ...(await make()), key: 'no key' })
  await expect(open()).rejects.toMatchObject({ code: 'config-invalid' })
  await unlink(key)
  await expect(open()).rejects.toThrow(/^tls\.key: the file .* can't be read/)
})

test('one that has ended serves, with a warning: there is none better', async () => {
  await write(await make(new Date(86_400_000)))
  expect((await open()).current()?.facts.notAfter).toBe(86_400_000)
  expect(said[0]).toMatch(/ended at 1970-01-02/)
})
