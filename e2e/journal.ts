/** A file in which the kitchen app notes what it does, gone after the tests of a file, and what stands there. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'
import type { TestAppOptions } from '../test/rig/test-app.ts'
import type { Journal } from './scenarios/scenario.ts'

/** `appOptions` are for the app, once the tests' set-up runs. */
export function useJournal(): { readonly journal: Journal; readonly appOptions: () => TestAppOptions } {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sekisho-journal-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const file = () => path.join(folder, 'journal')
  const count = async (line: string) => {
    const text = await readFile(file(), 'utf8').catch(() => '')
    return text.split('\n').filter((one) => one === line).length
  }
  const until = async (line: string, least: number) => {
    await vi.waitUntil(async () => (await count(line)) >= least, { timeout: 60_000, interval: 100 })
  }
  return { journal: { count, until }, appOptions: () => ({ env: { KITCHEN_JOURNAL: file() } }) }
}
