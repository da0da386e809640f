/** Reads what the kitchen app noted in a file. */
import { readFile } from 'node:fs/promises'
import { vi } from 'vitest'
import type { Journal } from './scenarios/scenario.ts'

export function readJournal(file: string): Journal {
  const count = async (line: string) => {
    const text = await readFile(file, 'utf8').catch(() => '')
    return text.split('\n').filter((one) => one === line).length
  }
  const until = async (line: string, least: number) => {
    await vi.waitUntil(async () => (await count(line)) >= least, { timeout: 60_000, interval: 100 })
  }
  return { count, until }
}
