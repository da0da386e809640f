/** Opens the audit log: events become records, strangers get a budget, the rest is counted. */
import type { Clock } from '../kit/clock.ts'
import type { GateFault } from '../kit/fault.ts'
import { Recent } from '../kit/recent.ts'
import type { RefusalCode } from '../refusals.ts'
import type { SegmentStore } from '../store/store.ts'
import { addressPrefix } from './address-prefix.ts'
import type { Audit } from './audit.ts'
import { deriveChainKey } from './chain.ts'
import { Commitments } from './commitment.ts'
import { systemDisk, type Disk } from './disk.ts'
import { makeDraft } from './draft.ts'
import type { Asker, AuditEvent } from './event.ts'
import { LogWriter } from './log-writer.ts'
import { Reserve } from './reserve.ts'
import type { AuditLimits } from './retention.ts'
import { HourlyBudget, idOf, Summaries, type Summary } from './summaries.ts'
import { isWrittenOnReserve } from './vocabulary.ts'
import { unwritable } from './writer-parts.ts'

export interface AuditOptions {
  /** Ours alone; made when missing. */
  readonly dir: string
  /** 32 bytes that whoever may change the files must not have. */
  readonly key: Uint8Array
  readonly segments: SegmentStore
  readonly clock: Clock
  readonly limits: AuditLimits
  /** Told once when the log breaks, and when something less than that fails. */
  readonly onFault: (fault: GateFault) => void
  readonly disk?: Disk
}

const tickMs = 1000
/** Of strangers four; of each login and each token one for each thing that a copy of it can do. */
const mostBudgets = 40_000
/** A day of them, as long as a session lasts, takes a quarter of a log of 256 MB; a browser at work loads fewer files. */
const grantsPerHour = 3000

/** Rejects with GateFault `audit-unwritable`; on a full disk it opens on the reserve, with `writable` false. */
export async function openAudit(options: AuditOptions): Promise<Audit> {
  const { dir, segments, clock, limits, onFault, disk = systemDisk } = options
  const chainKey = deriveChainKey(options.key)
  const commitments = new Commitments()
  const draft = (event: AuditEvent) => makeDraft(event, clock.now(), commitments)
  const writer = new LogWriter({
    dir,
    disk,
    chainKey,
    segments,
    reserve: new Reserve(disk, dir),
    clock,
    limits,
    draft,
    onSegment: () => {
      commitments.forget()
    },
    onFault,
  })
  try {
    await disk.makeDirectory(dir)
  } catch (error) {
    throw unwritable(`the directory of the audit log cannot be used: ${dir}`, error)
  }
  await writer.open()
  return new AuditLog(writer, draft, clock, limits)
}

class AuditLog implements Audit {
  readonly #writer: LogWriter
  readonly #draft: (event: AuditEvent) => ReturnType<typeof makeDraft>
  readonly #clock: Clock
  /**
   * By what is done, so that a flood of what costs nothing pushes no attempts to sign in out of the log, which have to be paced; and by
   * session or token: nobody hides behind others what is done with theirs, nor what is done with another's.
   */
  readonly #budgets = new Recent<HourlyBudget>(mostBudgets)
  readonly #recordsPerHour: number
  readonly #summaries: Summaries
  readonly #ticker: NodeJS.Timeout
  #closed = false

  constructor(
    writer: LogWriter,
    draft: (event: AuditEvent) => ReturnType<typeof makeDraft>,
    clock: Clock,
    limits: AuditLimits,
  ) {
    this.#writer = writer
    this.#draft = draft
    this.#clock = clock
    this.#recordsPerHour = limits.strangerRecordsPerHour
    this.#summaries = new Summaries(this.#recordsPerHour, clock.now())
    this.#ticker = setInterval(() => {
      this.#summariseIfDue()
      writer.tick()
    }, tickMs)
    this.#ticker.unref()
  }

  get writable(): boolean {
    return !this.#closed && this.#writer.isOpen
  }

  async write(event: AuditEvent): Promise<void> {
    this.#admit(event)
    if (this.#countInstead(event)) return
    const draft = this.#draft(event)
    await new Promise<void>((resolve, reject) => {
      this.#writer.submit(draft, { resolve, reject })
    })
  }

  note(event: AuditEvent): void {
    this.#admit(event)
    if (!this.#countInstead(event)) this.#writer.submit(this.#draft(event))
  }

  count(what: string): void {
    this.#summariseIfDue()
    this.#summaries.add({ what: 'granted', code: what, prefix: '' }, this.#clock.now())
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#ticker)
    for (const summary of this.#summaries.take()) this.#writer.submit(this.#draft(summary))
    await this.#writer.close()
  }

  #admit(event: AuditEvent): void {
    if (this.#closed) throw unwritable('the audit log is closed')
    this.#summariseIfDue()
    if (!this.#writer.takes(isWrittenOnReserve(event.kind)))
      throw unwritable('the audit log cannot be written')
  }

  /** True when anybody could have caused the event and the budget for those is spent: then it is counted. */
  #countInstead(event: AuditEvent): boolean {
    const stranger = strangerIn(event)
    const now = this.#clock.now()
    if (stranger === undefined || this.#budgetOf(stranger).take(now)) return false
    const { what, code, address, asker } = stranger
    const prefix = addressPrefix(address)
    this.#summaries.add(asker === undefined ? { what, code, prefix } : { what, code, prefix, asker }, now)
    return true
  }

  #budgetOf({ does, asker }: Stranger): HourlyBudget {
    const key = asker === undefined ? does : `${does} with ${idOf(asker)}`
    const known = this.#budgets.get(key)
    if (known !== undefined) return known
    const perHour = does === 'load' ? Math.max(grantsPerHour, this.#recordsPerHour) : this.#recordsPerHour
    const budget = new HourlyBudget(perHour, this.#clock.now())
    this.#budgets.set(key, budget)
    return budget
  }

  #summariseIfDue(): void {
    if (!this.#summaries.isDue(this.#clock.now()) || !this.#writer.takes(true)) return
    for (const summary of this.#summaries.take()) this.#writer.submit(this.#draft(summary))
  }
}

interface Stranger {
  /**
   * `load`: what a cookie alone is good for. `replay`: what was signed once, and sent again. `login`: an attempt, as often as the pace
   * lets. `wait`: one that it doesn't let. `end`: what is sent as the end of an attempt, and ends none.
   */
  readonly does: 'request' | 'load' | 'replay' | 'login' | 'wait' | 'end'
  readonly what: 'granted' | 'refused'
  readonly code: string
  readonly address: string | undefined
  /** Whose cookie or token it is; absent: nobody's. */
  readonly asker?: Summary['asker']
}

type LoginRefused = Extract<AuditEvent, { kind: 'login.refused' }>

const replays: ReadonlySet<string> = new Set<RefusalCode>(['proof-replayed', 'proof-outrun'])

/** What anybody can cause without signing in, or with a mere copy of a cookie, a token or a signed request, as often as they like. */
function strangerIn(event: AuditEvent): Stranger | undefined {
  switch (event.kind) {
    case 'request.refused':
      if (!isAnybodys(event)) return undefined
      return by(event.asker, {
        does: replays.has(event.code) ? 'replay' : 'request',
        what: 'refused',
        code: event.code,
      })
    case 'request.granted':
    case 'stream.ended':
      if (!isAnybodys(event)) return undefined
      return by(event.asker, {
        does: event.asker.principal === 'nobody' ? 'request' : 'load',
        what: 'granted',
        code: event.kind,
      })
    case 'login.started':
    case 'login.abandoned':
      return by(event.asker, { does: 'login', what: 'refused', code: event.kind })
    case 'login.paced':
      return by(event.asker, { does: 'wait', what: 'refused', code: event.kind })
    case 'login.refused':
      return by(event.asker, {
        does: endsAttempt(event) ? 'login' : 'end',
        what: 'refused',
        code: event.kind,
      })
    case 'gate.started':
    case 'gate.stopped':
    case 'gate.faulted':
    case 'certificate.obtained':
    case 'certificate.renewal-failed':
    case 'policy.loaded':
    case 'policy.rejected':
    case 'app.verified':
    case 'app.rejected':
    case 'login.handed-over':
    case 'login.succeeded':
    case 'session.confirmed':
    case 'session.token-reused':
    case 'session.token-late':
    case 'session.two-networks':
    case 'session.ended':
    case 'login.locked':
    case 'password.changed':
    case 'password.removed':
    case 'user.added':
    case 'user.changed':
    case 'user.disabled':
    case 'user.enabled':
    case 'user.removed':
    case 'user.reset':
    case 'user.unlocked':
    case 'invitation.made':
    case 'invitation.revoked':
    case 'invitation.used':
    case 'token.created':
    case 'token.revoked':
    case 'ownership.revoked':
    case 'answer.withheld':
    case 'backup.made':
    case 'state.restored':
    case 'state.upgraded':
    case 'audit.opened':
    case 'audit.pruned':
    case 'audit.summarised':
      return undefined
    default:
      return event satisfies never
  }
}

const endless: ReadonlySet<string> = new Set<LoginRefused['why']>(['forged', 'expired', 'reused'])

/** Each attempt ends once; what belongs to none, or comes again or too late, may come without end. */
function endsAttempt({ ceremony, why }: LoginRefused): boolean {
  return ceremony !== undefined && !endless.has(why)
}

function isAnybodys({ asker, unproven }: { readonly asker: Asker; readonly unproven?: true }): boolean {
  return asker.principal === 'nobody' || unproven === true
}

function by({ address, userAgent: _, ...asker }: Asker, done: Omit<Stranger, 'address' | 'asker'>): Stranger {
  return asker.principal === 'nobody' ? { ...done, address } : { ...done, address, asker }
}
