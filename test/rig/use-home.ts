/** A home for each test, like one in which some commands ran: to make a password takes longer than to copy what came of it. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** Answers the home of the test that runs. `prepare` runs once. */
export function useHome(prepare: (home: string) => Promise<void>): () => string {
  let folder = ''
  let home = ''
  let count = 0
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-homes-'))
    await mkdir(join(folder, 'first'))
    await prepare(join(folder, 'first'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    home = join(folder, String(++count))
    await cp(join(folder, 'first'), home, { recursive: true })
  })
  return () => home
}
