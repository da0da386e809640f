/** What counts as a full disk, whoever says it. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { asFault } from '../store/engines/sqlite/faults.ts'
import { isDiskFull } from './disk.ts'

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (thrown) {
    return thrown
  }
  return expect.fail('nothing was thrown')
}

/** SQLite's own error of a database that may not grow. */
function fullDatabase(): unknown {
  using database = new DatabaseSync(':memory:')
  database.exec('create table t (bytes blob); pragma max_page_count = 1')
  return thrownBy(() => database.exec('insert into t values (zeroblob(100000))'))
}

const system = (code: string) => Object.assign(new Error(code), { code })
/** As node:sqlite throws it; these need a failing disk. */
const sqlite = (errcode: number) => Object.assign(system('ERR_SQLITE_ERROR'), { errcode })

describe('a full disk is known', () => {
  test.each(['ENOSPC', 'EDQUOT'])('by the code %s of the system', (code) => {
    expect(isDiskFull(system(code))).toBe(true)
  })

  test("by SQLite's error of a database that can't grow, bare and in the words of the store", () => {
    const full = fullDatabase()
    expect(full).toMatchObject({ errcode: 13 })
    expect(isDiskFull(full)).toBe(true)
    expect(isDiskFull(asFault('sekisho.db', full))).toBe(true)
    expect(isDiskFull(new GateFault('audit-unwritable', 'x', { cause: asFault('sekisho.db', full) }))).toBe(
      true,
    )
  })

  test.each([778, 1034, 4874])("by SQLite's input/output error %i", (errcode) => {
    expect(isDiskFull(asFault('sekisho.db', sqlite(errcode)))).toBe(true)
  })
})

describe('something else is not a full disk', () => {
  test.each([
    ['a failing disk', system('EIO')],
    ['a database that is locked', asFault('sekisho.db', sqlite(5))],
    ['a database that cannot be read', asFault('sekisho.db', sqlite(266))],
    ['a fault without a cause', new GateFault('store-unusable', 'The disk is full.')],
    ['what is no error', { code: 'ENOSPC' }],
    ['nothing', undefined],
  ])('%s', (_, thrown) => {
    expect(isDiskFull(thrown)).toBe(false)
  })

  test('a contradiction that SQLite finds', () => {
    using database = new DatabaseSync(':memory:')
    database.exec('create table t (a unique); insert into t values (1)')
    expect(isDiskFull(thrownBy(() => database.exec('insert into t values (1)')))).toBe(false)
  })

  test('an error that is its own cause', () => {
    const error = new Error('x')
    error.cause = error
    expect(isDiskFull(error)).toBe(false)
  })
})
