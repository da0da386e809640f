/** A Python of the rig that reads lines and answers each with one, from before the first test of a file until after its last. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll } from 'vitest'
import { setUpGradio } from '../../scripts/setup-gradio.ts'

export interface PythonAnswers {
  write(text: string): void
  /** The next line; undefined when no more will come. */
  read(): Promise<string | undefined>
}

/** `script`: beside this file. */
export function usePython(script: string): PythonAnswers {
  let python: ChildProcessByStdio<Writable, Readable, null>
  let answers: AsyncIterator<string>
  beforeAll(async () => {
    const environment = await setUpGradio('rig')
    python = spawn(environment.python, [path.join(import.meta.dirname, script)], {
      env: { ...process.env, ...environment.env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  }, 120_000)
  afterAll(() => {
    python.stdin.end()
  })
  return {
    write: (text) => void python.stdin.write(text),
    read: async () => {
      const next = await answers.next()
      return next.done === true ? undefined : next.value
    },
  }
}
