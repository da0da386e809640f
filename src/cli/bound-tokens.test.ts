/** `token create --bound` and its key: where it goes, which are taken, and what is said of those that aren't. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { runCli } from '../../test/rig/run-cli.ts'
import { useHome } from '../../test/rig/use-home.ts'
import { thumbprintText } from '../contract/proof.ts'

vi.setConfig({ testTimeout: 60_000 })

const where = ['--upstream', 'http://127.0.0.1:7999']
const home = useHome(async (first) => {
  expect((await runCli(first, ['user', 'add', 'bob', '--generate', ...where])).code).toBe(0)
})

const run = (...args: readonly string[]) => runCli(home(), [...args, ...where])
const create = (...args: readonly string[]) => run('token', 'create', '--name', 'ci', ...args)

interface Listed {
  readonly keyid: string | null
  readonly name: string
}
const list = async () => JSON.parse((await run('token', 'list', '--json')).out) as Listed[]

/** Every file that the commands left behind. */
async function leftBehind(): Promise<string> {
  const entries = await readdir(home(), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

/** RFC 7638, as anybody would compute it from the PEM. */
function thumbprintOf(pem: string): string {
  const { x = '', y = '' } = createPublicKey(pem).export({ format: 'jwk' })
  return hash('sha256', thumbprintText(x, y), 'base64url')
}

const pairOn = (namedCurve: string) =>
  generateKeyPairSync('ec', {
    namedCurve,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const publicOf = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
  ed25519: () => generateKeyPairSync('ed25519').publicKey,
}

describe('token create --bound', () => {
  test('writes a private key that only its owner reads, and binds the token to it', async () => {
    const { code, out, err } = await create('--bound', '--user', 'bob')
    expect([code, out]).toEqual([0, expect.stringMatching(/^sekisho_\w{38}\n$/)])
    expect(err).toContain('ci.key.pem')
    const file = join(home(), 'ci.key.pem')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const pem = await readFile(file, 'utf8')
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    expect(createPrivateKey(pem).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
    expect(await list()).toMatchObject([{ name: 'ci', keyid: thumbprintOf(pem) }])
    expect((await run('token', 'list')).out).toContain(` ${thumbprintOf(pem).slice(0, 8)} `)
    // The private half is in no other place.
    await rm(file)
    expect(await leftBehind()).not.toContain(pem.split('\n')[1])
  })

  test('names the file in JSON, and a record of the log the key', async () => {
    const { out } = await create('--bound', '--key-out', 'keys/of ci.pem', '--json').then(async (none) => {
      // Folders are for their owners to make.
      expect([none.code, none.err]).toEqual([2, expect.stringContaining('no such file or folder')])
      await mkdir(join(home(), 'keys'))
      return create('--bound', '--key-out', 'keys/of ci.pem', '--json')
    })
    const made = JSON.parse(out) as { keyFile: string; keyid: string }
    expect(made.keyFile).toBe(join(home(), 'keys/of ci.pem'))
    expect(made.keyid).toBe(thumbprintOf(await readFile(made.keyFile, 'utf8')))
    expect(await leftBehind()).toContain(`"keyid":"${made.keyid}"`)
  })

  test('binds to a public key that was made elsewhere, and writes nothing', async () => {
    const { publicKey } = pairOn('P-256')
    await writeFile(join(home(), 'public.pem'), publicKey)
    const { code, err } = await create('--bound', '--public-key', 'public.pem')
    expect([code, err]).toEqual([0, expect.stringContaining('Without that the token opens nothing')])
    expect(await list()).toMatchObject([{ keyid: thumbprintOf(publicKey) }])
    expect(await readdir(home())).not.toContain('ci.key.pem')
  })

  test('never overwrites, not through a link either, and makes no token then', async () => {
    await writeFile(join(home(), 'ci.key.pem'), 'mine')
    await symlink(join(home(), 'nothing-yet'), join(home(), 'link.pem'))
    for (const more of [[], ['--key-out', 'link.pem']]) {
      const { code, out, err } = await create('--bound', ...more)
      expect([code, out, err]).toEqual([2, '', expect.stringContaining('never overwritten')])
    }
    expect(await readFile(join(home(), 'ci.key.pem'), 'utf8')).toBe('mine')
    expect(await readdir(home())).not.toContain('nothing-yet')
    expect(await list()).toEqual([])
  })

  test('leaves no key behind when no token was made', async () => {
    await create()
    const { code, err } = await create('--bound')
    expect([code, err]).toEqual([2, expect.stringContaining('already')])
    expect(await readdir(home())).not.toContain('ci.key.pem')
  })

  test.each([
    [['--key-out', 'a.pem'], 'add --bound'],
    [['--public-key', 'a.pem'], 'add --bound'],
    [['--bound', '--key-out', 'a.pem', '--public-key', 'b.pem'], 'exclude each other'],
    [['--bound', '--public-key', 'none.pem'], 'no such file'],
    [['--bound', '--public-key', '.'], 'it is a folder'],
    [['--bound', '--name', '../up'], 'no good name for a file'],
    [['--bound', '--name', '.hidden'], 'no good name for a file'],
    [['--bound', '--name', '-x y'], 'no good name for a file'],
  ])('with %j makes nothing and says what is wrong', async (options, words) => {
    const { code, out, err } = await create(...options)
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
    expect(await list()).toEqual([])
  })

  test.each([
    ['a private key', () => pairOn('P-256').privateKey, 'holds a private key'],
    ['a key of another curve', () => pairOn('P-384').publicKey, 'curve P-256'],
    ['one of a curve of the same size', () => pairOn('secp256k1').publicKey, 'curve P-256'],
    ['an RSA key', () => publicOf.rsa().export({ type: 'spki', format: 'pem' }), 'curve P-256'],
    ['an Ed25519 key', () => publicOf.ed25519().export({ type: 'spki', format: 'pem' }), 'curve P-256'],
    ['no key', () => 'hello', 'curve P-256'],
    ['a broken one', () => pairOn('P-256').publicKey.replace('E', 'A'), 'curve P-256'],
    ['two', () => pairOn('P-256').publicKey + pairOn('P-256').publicKey, 'curve P-256'],
    ['endless text', () => 'A'.repeat(1_000_000), 'curve P-256'],
  ])('is not bound to %s', async (_, make, words) => {
    await writeFile(join(home(), 'given.pem'), make())
    const { code, out, err } = await create('--bound', '--public-key', 'given.pem')
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
    expect(await list()).toEqual([])
  })

  // There it is: macOS and Linux.
  test('is not bound to what has no end', async () => {
    const { code, err } = await create('--bound', '--public-key', '/dev/zero')
    expect([code, err]).toEqual([2, expect.stringContaining('curve P-256')])
  })

  test('is all that is made where the gate takes no others', async () => {
    await writeFile(
      join(home(), 'sekisho.yaml'),
      'upstream: http://127.0.0.1:7999\nproof: { tokens: required }\n',
    )
    const plain = await create()
    expect([plain.code, plain.out, plain.err]).toEqual([2, '', expect.stringContaining('Add --bound')])
    expect((await create('--bound')).code).toBe(0)
    expect(await list()).toHaveLength(1)
  })
})
