/** What is published: only what belongs there, the same bytes each time, and it installs and runs by itself. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeCleanCopy, type CleanCopy } from './supply-clean-copy.ts'

const allowed =
  /^(?:package\.json|npm-shrinkwrap\.json|README\.md|LICENSE|NOTICE|SECURITY\.md|bin\/sekisho\.js|deploy\/(?:systemd|proxies)\/[A-Za-z.-]+|dist\/sbom\.cdx\.json|dist\/web\/(?:manifest\.json|pages\/[a-z.]+\.html|assets\/[a-z-]+-[0-9a-f]{16}\.(?:js|css|svg)(?:\.br|\.gz)?)|dist\/[a-z0-9/-]+\.(?:js|d\.ts|cedar|cedarschema|sql))$/

/** Shapes of what must never be in a package: keys, credentials, and the way to the one who built it. */
const secret =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\n|\\r)*[A-Za-z0-9+/]{20}|sekisho-key-1:[A-Za-z0-9_-]{20}|\bAKIA[0-9A-Z]{16}\b|_authToken|sourceMappingURL/

let copy: CleanCopy
let tarball = ''
let unpacked = ''

beforeAll(async () => {
  copy = await makeCleanCopy()
  tarball = await pack()
  const out = join(copy.folder, '../unpacked')
  await mkdir(out)
  await copy.run('tar', ['-xzf', tarball, '-C', out])
  unpacked = join(out, 'package')
}, 240_000)

afterAll(() => copy.remove())

async function pack(): Promise<string> {
  await copy.run('npm', ['pack', '--pack-destination', '..'])
  const [file] = (await readdir(dirname(copy.folder))).filter((name) => name.endsWith('.tgz'))
  return join(copy.folder, '..', file ?? 'none')
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const full = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  return full.map((file) => file.slice(folder.length + 1)).sort()
}

async function hashesOf(folder: string): Promise<Record<string, string>> {
  const files = await filesOf(folder)
  const hashed = files.map(async (file) => {
    const content = await readFile(join(folder, file))
    return [file, createHash('sha256').update(content).digest('hex')] as const
  })
  return Object.fromEntries(await Promise.all(hashed))
}

describe('the package', () => {
  it('holds what runs and what tells about it, nothing else', async () => {
    const files = await filesOf(unpacked)
    expect(files.filter((file) => !allowed.test(file))).toEqual([])
    for (const file of [
      'bin/sekisho.js',
      'dist/cli/cli.js',
      'dist/web/manifest.json',
      'dist/sbom.cdx.json',
      'npm-shrinkwrap.json',
    ])
      expect(files).toContain(file)
  })

  it('has a source for every compiled file, and none that is a test', async () => {
    const compiled = (await filesOf(join(unpacked, 'dist'))).filter((file) =>
      /^(?!web\/).*\.(?:js|d\.ts)$/.test(file),
    )
    expect(compiled.length).toBeGreaterThan(100)
    for (const file of compiled) {
      expect(file).not.toMatch(/\.(?:test|contract)\./)
      expect(existsSync(join(copy.folder, 'src', file.replace(/\.(?:js|d\.ts)$/, '.ts'))), file).toBe(true)
    }
  })

  it('leads to what it holds, whatever conditions others set: bundlers set `development`', async () => {
    const { exports } = z
      .object({ exports: z.record(z.string(), z.record(z.string(), z.string())) })
      .parse(JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8')))
    expect(Object.keys(exports)).toContain('./verify')
    for (const { 'sekisho-source': _ours, ...targets } of Object.values(exports)) {
      expect(targets).toHaveProperty('default')
      for (const file of Object.values(targets)) expect(existsSync(join(unpacked, file)), file).toBe(true)
    }
  })

  it('holds no key, no credential, and nothing of the machine it was built on', async () => {
    expect(`-----BEGIN EC PRIVATE KEY-----\n${'MHcCAQEE'.repeat(4)}`).toMatch(secret)
    expect(`'-----BEGIN PRIVATE KEY-----\\n${'MHcCAQEE'.repeat(4)}`).toMatch(secret)
    for (const file of await filesOf(unpacked)) {
      const text = await readFile(join(unpacked, file), 'latin1')
      expect(secret.exec(text)?.[0], file).toBeUndefined()
      expect(text.includes(copy.folder), file).toBe(false)
    }
  })

  it('is the same, byte for byte, when it is built again', async () => {
    const before = await hashesOf(join(copy.folder, 'dist'))
    const first = createHash('sha256')
      .update(await readFile(tarball))
      .digest('hex')
    await rm(tarball)
    await pack()
    expect(await hashesOf(join(copy.folder, 'dist'))).toEqual(before)
    expect(
      createHash('sha256')
        .update(await readFile(tarball))
        .digest('hex'),
    ).toBe(first)
  }, 120_000)

  it('leaves nothing of packing behind in the tree', () => {
    expect(existsSync(join(copy.folder, 'npm-shrinkwrap.json'))).toBe(false)
  })

  it('installs in an empty folder, and runs there', async () => {
    const folder = join(copy.folder, '../empty')
    await mkdir(folder)
    await copy.run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder)
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8')))
    const { stdout } = await copy.run('npx', ['--no-install', 'sekisho', '--version'], folder)
    expect(stdout.trim()).toBe(version)
  }, 120_000)

  it('installs with `npm ci` just what its bill of materials says', async () => {
    await copy.run(
      'npm',
      ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'],
      unpacked,
    )
    const sbom = z
      .object({ components: z.array(z.object({ name: z.string(), version: z.string() })) })
      .parse(JSON.parse(await readFile(join(unpacked, 'dist/sbom.cdx.json'), 'utf8')))
    const manifest = z.looseObject({ name: z.string(), version: z.string() })
    const found = (await filesOf(join(unpacked, 'node_modules')))
      .filter((file) => /(?:^|node_modules\/)(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
      .map(async (file) =>
        manifest.parse(JSON.parse(await readFile(join(unpacked, 'node_modules', file), 'utf8'))),
      )
    const installed = new Set((await Promise.all(found)).map(({ name, version }) => `${name}@${version}`))
    expect(installed).toEqual(new Set(sbom.components.map(({ name, version }) => `${name}@${version}`)))
    expect((await copy.run('node', ['bin/sekisho.js', '--version'], unpacked)).stdout).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    )
  }, 120_000)
})
