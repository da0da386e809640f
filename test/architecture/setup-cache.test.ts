/** What tests and demo are made of is set up once, whole or not at all. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheDir, makeOnce } from '../../scripts/setup-cache.ts'

const run = promisify(execFile)
const script = path.resolve(import.meta.dirname, '../../scripts/setup-cache.ts')

describe('the cache', () => {
  let folder = ''
  const quiet = () => undefined

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sekisho-cache-'))
  })

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it('is filled by one of several processes that start at once, and seen whole by all', async () => {
    const dir = path.join(folder, 'thing')
    const program = `
      import { makeOnce } from ${JSON.stringify(script)}
      import { appendFile, readdir, writeFile } from 'node:fs/promises'
      await makeOnce(${JSON.stringify(dir)}, () => undefined, async (temporary) => {
        await appendFile(${JSON.stringify(path.join(folder, 'makers'))}, 'x')
        for (let n = 0; n < 200; n++) await writeFile(temporary + '/' + n, 'content')
      })
      console.log((await readdir(${JSON.stringify(dir)})).length)`
    const started = [1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '-e', program]))
    const outputs = (await Promise.all(started)).map(({ stdout }) => stdout.trim())
    expect(outputs).toEqual(['200', '200', '200'])
    expect(await readFile(path.join(folder, 'makers'), 'utf8')).toBe('x')
    expect((await readdir(folder)).sort()).toEqual(['makers', 'thing'])
  })

  it('keeps nothing of an attempt that failed', async () => {
    const dir = path.join(folder, 'thing')
    const failing = makeOnce(dir, quiet, async (temporary) => {
      await writeFile(path.join(temporary, 'half'), '')
      throw new TypeError('no network')
    })
    await expect(failing).rejects.toThrow('no network')
    expect(await readdir(folder)).toEqual([])
    await makeOnce(dir, quiet, (temporary) => writeFile(path.join(temporary, 'whole'), ''))
    expect(await readdir(dir)).toEqual(['whole'])
  })

  it('takes over from a process that is gone', async () => {
    const dir = path.join(folder, 'thing')
    const { stdout } = await run(process.execPath, ['-p', 'process.pid'])
    await mkdir(`${dir}.lock`)
    await writeFile(path.join(`${dir}.lock`, 'pid'), stdout.trim())
    await makeOnce(dir, quiet, () => Promise.resolve())
    expect(existsSync(dir)).toBe(true)
    expect(existsSync(`${dir}.lock`)).toBe(false)
  })

  it('stands where the environment says', () => {
    expect(cacheDir({ SEKISHO_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a')
    expect(cacheDir({ XDG_CACHE_HOME: '/b' })).toBe('/b/sekisho')
    expect(cacheDir({ XDG_CACHE_HOME: 'relative' })).toMatch(/\.cache\/sekisho$/)
  })
})
