import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readOpenFilesLimit } from './open-files.ts'

/** As Linux writes it (proc_pid_limits(5)). */
const limits = (
  soft: string,
) => `Limit                     Soft Limit           Hard Limit           Units     
Max processes             96000                96000                processes 
Max open files            ${soft.padEnd(20)} 20000                files     
Max locked memory         8388608              8388608              bytes     
`

it.each([
  ['1024', 1024],
  ['1048576', 1_048_576],
  ['unlimited', undefined],
])('a limit of %s open files is %s', (soft, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-limits-'))
  try {
    const file = join(folder, 'limits')
    writeFileSync(file, limits(soft))
    expect(readOpenFilesLimit(file)).toBe(expected)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('no limit is known where nobody tells it', () => {
  expect(readOpenFilesLimit('/nowhere/limits')).toBeUndefined()
})
