/** What a part of the gate costs by itself: processor time of this process, in which nothing else is at work. */
import { median } from './statistics.ts'

const rounds = 7

export interface Cost {
  readonly what: string
  readonly value: string
}

/** Told as it is measured, and kept for the page. */
export class Costs {
  readonly rows: Cost[] = []

  say(what: string, value: string): void {
    process.stdout.write(`${what.padEnd(66)} ${value}\n`)
    this.rows.push({ what, value })
  }

  /** Says the median of one of `count` runs. */
  async each(what: string, count: number, work: (i: number) => unknown): Promise<void> {
    this.say(what, micros(await costOf(count, work)))
  }

  /** As well by the size of what was worked on. */
  async perMegabyte(
    what: string,
    { bytes, count }: { readonly bytes: number; readonly count: number },
    work: (i: number) => unknown,
  ): Promise<void> {
    const cost = await costOf(count, work)
    const perMb = (cost / bytes) * 1e6
    this.say(`${what} (${String(bytes)} bytes)`, `${micros(cost)}, ${perMb.toFixed(2)} ms/MB`)
  }
}

/** Beside a figure that there is an aim for. */
export function aimOf(isMet: boolean): string {
  return isMet ? 'aim met' : 'aim missed'
}

export function micros(ms: number): string {
  return `${(ms * 1000).toFixed(2)} µs`
}

/** Processor time so far, in milliseconds: what else runs on the machine doesn't stand in it. */
export function spent(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Milliseconds for one of `count` runs: the median of the rounds. `i` goes on from round to round. */
export async function costOf(count: number, work: (i: number) => unknown): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = spent()
    for (let i = 0; i < count; i++) {
      const done = work(round * count + i)
      if (done instanceof Promise) await done
    }
    times.push((spent() - from) / count)
  }
  return median(times)
}
