/** An audit log in a directory of its own, with a clock that tests move, and hands to tamper with it. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Audit } from '../../src/audit/audit.ts'
import type { Disk } from '../../src/audit/disk.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { openAudit } from '../../src/audit/open-audit.ts'
import type { AuditLimits } from '../../src/audit/retention.ts'
import { verifyAudit, type Verification } from '../../src/audit/verify.ts'
import { GateFault } from '../../src/kit/fault.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import type { SegmentStore } from '../../src/store/store.ts'

export const day = 86_400_000

export class TrialLog {
  readonly dir: string
  readonly key = randomBytes(32)
  readonly segments: SegmentStore = makeMemoryStore().segments
  readonly faults: GateFault[] = []
  now = Date.UTC(2026, 0, 1)
  readonly clock = { now: () => this.now }
  readonly #opened: Audit[] = []

  private constructor(dir: string) {
    this.dir = dir
  }

  static async make(): Promise<TrialLog> {
    return new TrialLog(await mkdtemp(join(tmpdir(), 'sekisho-audit-')))
  }

  async open(limits: Partial<AuditLimits> = {}, disk?: Disk): Promise<Audit> {
    const { dir, key, segments, clock } = this
    // Segments sort by the millisecond of their opening.
    this.now += 1
    const audit = await openAudit({
      dir,
      key,
      segments,
      clock,
      limits: { maxBytes: 256e6, retentionMs: 180 * day, strangerRecordsPerHour: 600, ...limits },
      onFault: (fault) => this.faults.push(fault),
      ...(disk === undefined ? {} : { disk }),
    })
    this.#opened.push(audit)
    return audit
  }

  verify(key: Uint8Array = this.key): Promise<Verification> {
    return verifyAudit({ dir: this.dir, key, segments: this.segments })
  }

  /** Names of the segments' files, oldest first. */
  async files(): Promise<readonly string[]> {
    return (await readdir(this.dir)).filter((name) => name.endsWith('.jsonl')).sort()
  }

  async newest(): Promise<string> {
    return (await this.files()).at(-1) ?? ''
  }

  path(file: string): string {
    return join(this.dir, file)
  }

  async lines(file: string): Promise<readonly string[]> {
    return (await readFile(this.path(file), 'utf8')).split('\n').slice(0, -1)
  }

  /** Every record of every file, as parsed JSON. */
  async records(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const files = await this.files()
    const lines = (await Promise.all(files.map((file) => this.lines(file)))).flat()
    return lines.map((line) => (JSON.parse(line) as { record: Record<string, unknown> }).record)
  }

  async kinds(): Promise<readonly unknown[]> {
    return (await this.records()).map(({ kind }) => kind)
  }

  async tamper(file: string, change: (lines: string[]) => readonly string[]): Promise<void> {
    const lines = change([...(await this.lines(file))])
    await writeFile(this.path(file), lines.map((line) => `${line}\n`).join(''))
  }

  async destroy(): Promise<void> {
    for (const audit of this.#opened) await audit.close().catch(() => undefined)
    await rm(this.dir, { recursive: true, force: true })
  }
}

export function refusedTo(asker: 'guest' | 'nobody', address = '192.0.2.1', request = 'r1'): AuditEvent {
  return {
    kind: 'request.refused',
    request,
    asker: { principal: asker, address, userAgent: 'Mozilla/5.0' },
    method: 'GET',
    entry: 'pages.main',
    action: 'viewPage',
    code: asker === 'guest' ? 'policy-denied' : 'login-required',
    because: {},
  }
}

export function granted(request: string, address = '192.0.2.1'): AuditEvent {
  return {
    kind: 'request.granted',
    request,
    asker: { principal: 'guest', session: 's1', address, userAgent: 'Mozilla/5.0' },
    method: 'POST',
    entry: 'calls.join',
    action: 'callFunction',
    status: 200,
    ms: 1.25,
  }
}

export const signedOut: AuditEvent = {
  kind: 'session.ended',
  asker: { principal: 'guest', session: 's1' },
  why: 'logout',
}

/** The fault that a call throws or rejects with, by its code. */
export async function faultOf(call: () => unknown): Promise<string> {
  try {
    await call()
    return 'none'
  } catch (error) {
    return error instanceof GateFault ? error.code : String(error)
  }
}
