/**
 * What gets past every rule reaches the function. The careless one hands it to the database as SQL and to the page as HTML;
 * the functions of docs/inside-your-function.md treat it as text, on a connection that could do little else. No gate here.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastLines, runCommand } from '../../scripts/run-command.ts'
import { setUpGradio } from '../../scripts/setup-gradio.ts'
import { askJson } from '../rig/ask.ts'
import { startTestApp, type GradioApp } from '../rig/test-app.ts'
import { useApp } from './targets.ts'

const careless = useApp('careless')
let [folder, app]: [string, GradioApp] = [] as never

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sekisho-instruments-'))
  app = await startTestApp('instruments', { env: { INSTRUMENTS_FOLDER: folder } })
})

afterAll(async () => {
  await app?.stop()
  await rm(folder, { recursive: true, force: true })
})

const run = async (url: string, name: string, data: readonly string[]) =>
  (await askJson(url, `/gradio_api/run/${name}`, { data }, {})).body

describe('SQL in an input', () => {
  it('is executed by a function that builds its statement from text', async () => {
    expect(await run(careless().url, 'lookup', ['no such thing'])).toContain('"data":[""]')
    expect(await run(careless().url, 'lookup', ["' OR 1=1 --"])).toMatch(/"data":\["\w.+; /)
  })

  it.each(["' OR 1=1 --", "x' UNION SELECT borrower, 1, 2, 3, 4 FROM loans --", '%', '_'])(
    'is a text that nothing is called like: %s',
    async (query) => {
      expect(await run(app.url, 'lookup', [query, 'All'])).toContain('Nothing by that name')
    },
  )

  it('writes nothing off but the one instrument that is called so', async () => {
    expect(await run(app.url, 'admin_write_off', ["' OR '1'='1"])).toContain('There is no instrument')
    expect(await run(app.url, 'lookup', ['', 'All'])).toContain('Stage piano')
  })
})

it('HTML in a note is shown as the text that it is', async () => {
  const cards = await run(app.url, 'lookup', ['cello', 'All'])
  expect(cards).toContain('Endpin &lt;loose&gt;')
  expect(cards).not.toContain('<loose>')
})

const attempts = [
  'SELECT name FROM instruments',
  'SELECT borrower FROM loans',
  'SELECT note FROM instruments',
  'SELECT count(*) FROM loans',
  'DELETE FROM instruments',
  'DELETE FROM loans',
  'UPDATE instruments SET name = 1',
  'SELECT sql FROM sqlite_master',
  "ATTACH '/tmp/other.db' AS other",
  'PRAGMA writable_schema = 1',
]
const forWritingOff = ['DELETE FROM instruments WHERE number = 1', 'DELETE FROM loans', 'DROP TABLE loans']
const script = `
import json, sqlite3, sys
import app

def attempt(statement, **options):
    try:
        with app.open_store("instruments.name", "instruments.number", **options) as store:
            store.execute(statement).fetchall()
            return "done"
    except sqlite3.DatabaseError:
        return "denied"

reading, deleting = json.loads(sys.argv[1])
print(json.dumps({
    "reading": [attempt(one) for one in reading],
    "deleting": [attempt(one, delete_from="instruments") for one in deleting],
    "cells": [app.as_cell(cell) for cell in ["=1+1", "@x", "-1", "plain", -1]],
}))
`

it('a connection does what it was opened for, and a cell of a table is no formula', async () => {
  const { python, env } = await setUpGradio('rig')
  const given = JSON.stringify([attempts, forWritingOff])
  const result = await runCommand(python, ['-c', script, given], {
    cwd: path.join(import.meta.dirname, '../../examples/three-roles'),
    env: {
      ...process.env,
      ...env,
      INSTRUMENTS_FOLDER: folder,
      GRADIO_TEMP_DIR: folder,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  })
  expect(result.code, result.stderr).toBe(0)
  expect(JSON.parse(lastLines(result.stdout, 1))).toEqual({
    reading: attempts.map((_, at) => (at === 0 ? 'done' : 'denied')),
    deleting: ['done', 'denied', 'denied'],
    cells: ["'=1+1", "'@x", "'-1", 'plain', -1],
  })
})
