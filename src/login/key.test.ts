/** The set-up key: making, keeping, refusing. */
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { bindKeyRing, makeKeyRing, parseKeyRing } from './key.ts'
import type { KeyPurpose, KeyRing } from './key.ts'
import { loadKeyRing, loadOrMakeKeyRing } from './key-file.ts'

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-'))
  file = join(folder, 'own', 'gate.key')
})
afterEach(() => rm(folder, { recursive: true }))

const none = {}
const hex = (keys: KeyRing, purpose: KeyPurpose) => Buffer.from(keys.subKey(purpose).reveal()).toString('hex')

describe('a set-up key', () => {
  it('is one line of text that says the same when it is read again', async () => {
    const keys = await makeKeyRing()
    const line = keys.line().reveal()
    expect(line).toMatch(/^sekisho-key-1:[A-Za-z0-9_-]{43}:[A-Za-z0-9_-]{171}$/)
    const again = await parseKeyRing(`${line}\n`, 'here')
    expect(again.line().reveal()).toBe(line)
    expect(hex(again, 'login-state')).toBe(hex(keys, 'login-state'))
  })

  it('gives each purpose a key of its own', async () => {
    const keys = await makeKeyRing()
    const purposes: KeyPurpose[] = ['audit-chain', 'login-state', 'known-browser', 'key-check']
    const all = purposes.map((purpose) => hex(keys, purpose))
    expect(new Set(all).size).toBe(purposes.length)
    for (const key of all) expect(key).toMatch(/^[0-9a-f]{64}$/)
  })

  it('never shows when it is printed', async () => {
    const keys = await makeKeyRing()
    const line = keys.line().reveal()
    const [, master = '?', setup = '?'] = line.split(':')
    const shown = `${inspect(keys, { depth: 9, showHidden: true })} ${JSON.stringify(keys)} ${String(keys.opaqueSetup)}`
    expect(shown).not.toContain(master)
    expect(shown).not.toContain(setup)
  })

  it('that is damaged is refused in words that do not repeat it', async () => {
    const line = (await makeKeyRing()).line().reveal()
    const [name = '', master = '', setup = ''] = line.split(':')
    const wrong = [
      '',
      'secret',
      `${name}:${master}`,
      `${line}:more`,
      `sekisho-key-2:${master}:${setup}`,
      `${name}:${master.slice(1)}:${setup}`,
      `${name}:${master}:${setup.slice(4)}`,
      `${name}:${master}:${setup.replaceAll(/[a-z]/g, '-')}+`,
      `${line}\n${line}\n`,
      ` ${line}`,
    ]
    for (const text of wrong) {
      const fault: unknown = await parseKeyRing(text, '/etc/gate.key').catch((thrown: unknown) => thrown)
      expect(fault, text).toMatchObject({ code: 'key-invalid' })
      const words = String(fault)
      expect(words).toContain('/etc/gate.key')
      expect(words).not.toContain(master)
      expect(words).not.toContain(setup)
    }
  })
})

describe('the key file', () => {
  it('is made once, for its owner only, and found again', async () => {
    const made = await loadOrMakeKeyRing({ env: none, file })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'own'))).mode & 0o777).toBe(0o700)
    const found = await loadKeyRing({ env: none, file })
    expect(found.line().reveal()).toBe(made.line().reveal())
    expect(await readdir(join(folder, 'own'))).toEqual(['gate.key'])
  })

  it('is one key, however many make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => loadOrMakeKeyRing({ env: none, file })))
    expect(new Set(all.map((keys) => keys.line().reveal())).size).toBe(1)
    expect(await readdir(join(folder, 'own'))).toEqual(['gate.key'])
  })

  it.each([0o640, 0o604, 0o620, 0o666])(
    'that others can read or change (%o) is refused with the remedy',
    async (mode) => {
      await loadOrMakeKeyRing({ env: none, file })
      await chmod(file, mode)
      const before = await readFile(file, 'utf8')
      for (const load of [loadKeyRing, loadOrMakeKeyRing]) {
        await expect(load({ env: none, file })).rejects.toMatchObject({
          code: 'key-exposed',
          message: expect.stringContaining(`chmod 600 '${file}'`) as string,
        })
      }
      expect(await readFile(file, 'utf8')).toBe(before)
    },
  )

  it('that is missing is named, and a damaged one is never replaced', async () => {
    await expect(loadKeyRing({ env: none, file })).rejects.toMatchObject({
      code: 'key-missing',
      message: expect.stringContaining(file) as string,
    })
    await loadOrMakeKeyRing({ env: none, file })
    await writeFile(file, 'sekisho-key-1:half')
    await expect(loadOrMakeKeyRing({ env: none, file })).rejects.toMatchObject({ code: 'key-invalid' })
    expect(await readFile(file, 'utf8')).toBe('sekisho-key-1:half')
  })

  it('that is no file, or cannot be written, is a fault in words', async () => {
    await expect(loadOrMakeKeyRing({ env: none, file: folder })).rejects.toMatchObject({
      code: 'key-invalid',
    })
    await writeFile(join(folder, 'plain'), '')
    const below = join(folder, 'plain', 'gate.key')
    await expect(loadOrMakeKeyRing({ env: none, file: below })).rejects.toMatchObject({ code: 'key-invalid' })
  })

  it('stands back behind the environment variable, which makes no file', async () => {
    const line = (await makeKeyRing()).line().reveal()
    const keys = await loadOrMakeKeyRing({ env: { SEKISHO_KEY: line }, file })
    expect(keys.line().reveal()).toBe(line)
    await expect(stat(file)).rejects.toThrow('ENOENT')
    for (const broken of ['', 'x']) {
      await expect(loadOrMakeKeyRing({ env: { SEKISHO_KEY: broken }, file })).rejects.toMatchObject({
        code: 'key-invalid',
        message: expect.stringContaining('SEKISHO_KEY') as string,
      })
    }
  })
})

describe('a database', () => {
  it('accepts the key that it was made with and no other', async () => {
    const { meta } = makeMemoryStore()
    const keys = await makeKeyRing()
    await bindKeyRing(keys, meta)
    await bindKeyRing(await parseKeyRing(keys.line().reveal(), 'here'), meta)
    await expect(bindKeyRing(await makeKeyRing(), meta)).rejects.toMatchObject({ code: 'key-invalid' })
  })

  it('notices a key of which only one half is right', async () => {
    const { meta } = makeMemoryStore()
    const [one, two] = [await makeKeyRing(), await makeKeyRing()]
    await bindKeyRing(one, meta)
    const [name, master] = one.line().reveal().split(':')
    const mixed = [name, master, two.opaqueSetup.reveal()].join(':')
    await expect(bindKeyRing(await parseKeyRing(mixed, 'here'), meta)).rejects.toMatchObject({
      code: 'key-invalid',
    })
  })
})
