/** Counts what isn't worth a record of its own; one `audit.summarised` per code, network and minute, and for each login or token of its own. */
import type { Asker, AuditEvent } from './event.ts'

export type Summary = Extract<AuditEvent, { kind: 'audit.summarised' }>

const minute = 60_000
const hour = 60 * minute
/** Rows in one minute; the rest of that minute goes to `other`. */
const mostRows = 500
/** Codes are a closed list, but the table must not grow by a mistake either. */
const mostRowsEver = mostRows + 200

/** So many at once, refilled evenly over an hour. */
export class HourlyBudget {
  readonly #capacity: number
  #left: number
  #at: number

  constructor(perHour: number, now: number) {
    this.#capacity = perHour
    this.#left = perHour
    this.#at = now
  }

  take(now: number): boolean {
    const passed = Math.max(0, now - this.#at)
    this.#left = Math.min(this.#capacity, this.#left + (passed * this.#capacity) / hour)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}

/** What is counted in one row. */
export type Counted = Pick<Summary, 'what' | 'code' | 'prefix' | 'asker'>

interface Row extends Counted {
  count: number
}

export class Summaries {
  #rows = new Map<string, Row>()
  #from = 0
  #to = 0
  /** A patient attacker with many networks would otherwise buy one row with each request. */
  readonly #budget: HourlyBudget

  constructor(rowsPerHour: number, now: number) {
    this.#budget = new HourlyBudget(rowsPerHour, now)
  }

  add(counted: Counted, now: number): void {
    if (this.#rows.size === 0) this.#from = now
    this.#to = now
    this.#row(counted, now).count += 1
  }

  #row(counted: Counted, now: number): Row {
    const { what, code, prefix, asker } = counted
    const key = `${what} ${code} ${prefix} ${idOf(asker)}`
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    if (prefix !== '' && prefix !== 'other' && (this.#rows.size >= mostRows || !this.#budget.take(now)))
      return this.#row({ ...counted, prefix: 'other' }, now)
    if (code !== 'other' && this.#rows.size >= mostRowsEver)
      return this.#row({ what, code: 'other', prefix: 'other' }, now)
    const row = { ...counted, count: 0 }
    this.#rows.set(key, row)
    return row
  }

  /** True when a minute has passed since the first count, or the clock was set back. */
  isDue(now: number): boolean {
    return this.#rows.size > 0 && (now >= this.#from + minute || now < this.#from)
  }

  take(): readonly Summary[] {
    const rows = this.#rows
    this.#rows = new Map()
    return Array.from(rows.values(), (row) => ({
      kind: 'audit.summarised' as const,
      ...row,
      from: this.#from,
      to: this.#to,
    }))
  }
}

/** The public name of the session or the token; empty: a stranger. */
export function idOf(asker: Pick<Asker, 'session' | 'token'> | undefined): string {
  if (asker?.session !== undefined) return `session ${asker.session}`
  return asker?.token === undefined ? '' : `token ${asker.token}`
}
