/** What a process costs: CPU time and memory, read from Linux's /proc (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** The process and everything it has started that lives. */
export function processTree(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : ''
    const parent = /^\d+ \(.*\) \S (\d+) /s.exec(stat)?.[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const tree = [root]
  for (const one of tree) for (const [child, parent] of parents) if (parent === one) tree.push(child)
  return tree
}

/** Microseconds on a CPU by name of thread, over all threads that live; the kernel's own count in nanoseconds. */
export function cpuByThread(processes: readonly number[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const id of processes) {
    for (const task of list(`/proc/${String(id)}/task`)) {
      const folder = `/proc/${String(id)}/task/${task}`
      const micros = Number(read(`${folder}/schedstat`).split(' ')[0]) / 1000
      const thread = read(`${folder}/comm`).trim()
      if (micros > 0) times.set(thread, (times.get(thread) ?? 0) + micros)
    }
  }
  return times
}

/** Microseconds on a CPU, all threads together. */
export function cpuTime(processes: readonly number[]): number {
  return [...cpuByThread(processes).values()].reduce((sum, one) => sum + one, 0)
}

/** Resident memory in bytes; pages that two processes share count twice. */
export function residentBytes(processes: readonly number[]): number {
  const kilobytes = processes.map((id) => /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${String(id)}/status`))?.[1])
  return kilobytes.reduce((sum, one) => sum + Number(one ?? 0) * 1024, 0)
}

export interface Watched<T> {
  readonly before: number
  /** The highest resident memory seen, and the highest of the first half of the time. */
  readonly peak: number
  readonly earlyPeak: number
  readonly result: T
}

/** Runs `work` and looks at the memory every ten milliseconds. */
export async function watchMemory<T>(
  processes: readonly number[],
  work: () => Promise<T>,
): Promise<Watched<T>> {
  const before = residentBytes(processes)
  const seen: number[] = []
  const timer = setInterval(() => seen.push(residentBytes(processes)), 10)
  try {
    const result = await work()
    const early = seen.slice(0, Math.ceil(seen.length / 2))
    seen.push(residentBytes(processes))
    return { before, peak: Math.max(before, ...seen), earlyPeak: Math.max(before, ...early), result }
  } finally {
    clearInterval(timer)
  }
}

/** Resolves when the memory has stopped moving (by less than 1 % over a second), or after 15 s; answers it. */
export async function settledMemory(processes: readonly number[]): Promise<number> {
  let last = residentBytes(processes)
  if (processes.length === 0) return last
  for (let seconds = 0; seconds < 15; seconds++) {
    await delay(1000)
    const now = residentBytes(processes)
    if (Math.abs(now - last) < last / 100) return now
    last = now
  }
  return last
}

/** The load average of the last minute: who else was at work. */
export function machineLoad(): number {
  return Number(read('/proc/loadavg').split(' ')[0])
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Gone since it was listed.
    return ''
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
