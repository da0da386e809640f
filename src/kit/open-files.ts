/** How many files and sockets the system lets this process have open. */
import { readFileSync } from 'node:fs'

/** Undefined where it isn't told, as everywhere but on Linux. Node has raised it by then as far as it may (src/node.cc 24). */
export function readOpenFilesLimit(limitsFile = '/proc/self/limits'): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+) /m.exec(readFileSync(limitsFile, 'utf8')) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}
