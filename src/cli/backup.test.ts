/** `sekisho backup` and `sekisho restore` as processes: what they print, where, and with which exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BackupRig, passphrase } from '../../test/rig/backup-rig.ts'
import { systemClock } from '../kit/clock.ts'
import { backup } from './commands/backup.ts'
import { makePrompts } from './prompts.ts'
import { makeTerminal } from './terminal.ts'

vi.setConfig({ testTimeout: 120_000 })

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))

let rig: BackupRig
let file: string
beforeEach(async () => {
  rig = await BackupRig.make()
  file = rig.path('sekisho.age')
  await rig.fill(rig.machine('old'))
})
afterEach(() => rig.destroy())

function start(args: readonly string[], name = 'old') {
  const { stateDir, keyFile } = rig.machine(name)
  const { PATH, NODE_COMPILE_CACHE } = process.env
  return spawn(process.execPath, [cli, ...args, '--state-dir', stateDir, '--key-file', keyFile], {
    cwd: rig.home,
    env: { PATH, NODE_COMPILE_CACHE, HOME: rig.home, NODE_NO_WARNINGS: '1' },
  })
}

async function run(args: readonly string[], input = '', name = 'old') {
  const child = start(args, name)
  const out: Buffer[] = []
  let err = ''
  child.stdout.on('data', (piece: Buffer) => out.push(piece))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.on('error', () => undefined).end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, bytes: Buffer.concat(out), out: Buffer.concat(out).toString(), err }
}

describe('sekisho backup', () => {
  test('with a generated pass-phrase prints it once, and it opens the file', async () => {
    const made = await run(['backup', 'sekisho.age', '--generate'])
    expect(made.code).toBe(0)
    expect(made.err).toContain(`Written: ${file}`)
    const [, generated = ''] = /only this once:\n {2}(\S+)\n/.exec(made.out) ?? []
    expect(generated.split('-')).toHaveLength(7)
    const restored = await run(['restore', file, '--passphrase-stdin', '--json'], `${generated}\n`, 'new')
    expect([restored.code, JSON.parse(restored.out)]).toMatchObject([
      0,
      { sekisho: '0.1.0', keyFile: rig.machine('new').keyFile, sessionsEnded: 0, auditFiles: 0 },
    ])
  })

  test('--json has everything in one object', async () => {
    const { code, out, err } = await run(['backup', file, '--generate', '--with-audit', '--json'])
    expect([code, err]).toEqual([0, ''])
    const answer = JSON.parse(out) as Record<string, unknown>
    expect(Object.keys(answer)).toEqual(['backup', 'file', 'bytes', 'madeAt', 'auditFiles', 'passphrase'])
    expect([answer['file'], answer['bytes']]).toEqual([file, (await readFile(file)).byteLength])
    expect(answer['auditFiles']).toBe(2)
  })

  test('to standard output sends the file and nothing else there', async () => {
    const { code, bytes, err } = await run(['backup', '-', '--passphrase-stdin'], passphrase)
    expect([code, bytes.toString('latin1', 0, 22)]).toEqual([0, 'age-encryption.org/v1\n'])
    expect(err).toContain('The backup is written.')
    await writeFile(file, bytes)
    await rig.restore(rig.machine('new'), file)
  })

  test('says so when whoever was to take it leaves', async () => {
    const child = start(['backup', '-', '--passphrase-stdin'])
    child.stdout.destroy()
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.stdin.end(passphrase)
    expect(await once(child, 'close')).toEqual([1, null])
    expect(err).toMatch(/whoever was to take it has gone/)
    expect(await readdir(rig.machine('old').stateDir)).not.toContain('backing-up')
  })

  test.each([
    ['', false, /No backup was made, since its pass-phrase reached nobody/],
    ['--json', true, /sekisho\.age is written, but this answer reached nobody/],
  ])('whose pass-phrase nobody takes is a fault: --generate %s', async (option, isThere, words) => {
    const child = start(['backup', file, '--generate', ...(option === '' ? [] : [option])])
    child.stdout.destroy()
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.stdin.end()
    expect(await once(child, 'close')).toEqual([1, null])
    expect(err).toMatch(words)
    expect((await readdir(rig.home)).includes('sekisho.age')).toBe(isThere)
  })

  test.each<[string, string[], string, RegExp]>([
    [
      'a short pass-phrase',
      ['sekisho.age', '--passphrase-stdin'],
      'fourteen chars',
      /This pass-phrase can't be used\. It has 14 characters; at least 15/,
    ],
    ['no pass-phrase and no terminal', ['sekisho.age'], '', /no terminal to ask at.*--passphrase-stdin/],
    ['two ways to one', ['sekisho.age', '--generate', '--passphrase-stdin'], '', /exclude each other/],
    ['JSON and file on the same output', ['-', '--json', '--generate'], '', /name a file/],
    [
      'one on the command line',
      ['sekisho.age', '--passphrase=meadow'],
      '',
      /never taken from the command line/,
    ],
    ['no file', [], '', /missing required argument 'file'/],
  ])('refuses %s, and writes nothing', async (_, args, input, words) => {
    const { code, out, err } = await run(['backup', ...args], input)
    expect([code, out]).toEqual([2, ''])
    expect(err.replace(/\s+/g, ' ')).toMatch(words)
    expect(await readdir(rig.home)).toEqual(['old'])
  })

  test('does not pour a backup onto a terminal', async () => {
    // As a terminal: isTTY is all that is asked of it.
    const stdout = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, {
      isTTY: true as const,
    })
    const terminal = makeTerminal({ stdin: process.stdin, stdout, stderr: process.stderr })
    const asked = backup.run(
      { positional: ['-'], options: { generate: true } },
      {
        terminal,
        prompts: makePrompts(process.stdin, process.stderr),
        surroundings: { cwd: rig.home, home: rig.home, env: {} },
        clock: systemClock,
        parts: rig.parts,
        stopped: () => new Promise(() => undefined),
      },
    )
    await expect(asked).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is a terminal') as string,
    })
  })
})

describe('sekisho restore', () => {
  beforeEach(async () => {
    await rig.backup(rig.machine('old'), file)
  })

  test('says what is restored, what is not, and what comes back that should perhaps not', async () => {
    const { code, out, err } = await run(['restore', file, '--passphrase-stdin'], passphrase, 'new')
    expect([code, out]).toEqual([0, ''])
    for (const words of [
      'Restored:',
      'Every session has ended',
      'revoked API tokens',
      'sekisho.yaml',
      'sekisho gate',
    ])
      expect(err).toContain(words)
  })

  test.each<[string, string, string[], string, number, RegExp]>([
    ['a wrong pass-phrase', 'new', ['sekisho.age'], 'not the one', 2, /does not open/],
    ['a state that is there', 'old', ['sekisho.age'], passphrase, 2, /--force/],
    ['a file that is not there', 'new', ['nowhere.age'], passphrase, 2, /no such file/],
    ['a file that is something else', 'new', [cli], passphrase, 1, /is no age file/],
  ])('%s has its exit code and its words', async (_, name, args, input, expected, words) => {
    const { code, out, err } = await run(['restore', ...args, '--passphrase-stdin'], input, name)
    expect([code, out]).toEqual([expected, ''])
    expect(err).toMatch(words)
  })
})

test('whatever the command, a database of a newer sekisho is left alone, in words', async () => {
  const { stateDir } = rig.machine('old')
  const path = join(stateDir, 'sekisho.db')
  const database = new DatabaseSync(path)
  database.exec('pragma user_version = 999')
  database.close()
  const before = await readFile(path)
  for (const args of [
    ['session', 'list'],
    ['audit', 'verify'],
    ['backup', 'x.age', '--generate'],
  ]) {
    const { code, out, err } = await run(args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/written by a newer sekisho .*schema 999.*Start the newer sekisho again/)
  }
  expect((await readFile(path)).equals(before)).toBe(true)
})

test('a folder in which nothing ever ran has nothing to back up', async () => {
  const { code, err } = await run(['backup', 'x.age', '--generate'], '', 'none')
  expect([code, err]).toEqual([2, expect.stringContaining('No gate has run')])
})
