/** The log of one command: opened when something is first written, so that a command that only reads leaves no segment. */
import type { Audit } from '../audit/audit.ts'
import { GateFault } from '../kit/fault.ts'

export class CommandAudit implements Pick<Audit, 'write'> {
  readonly #open: () => Promise<Audit>
  #audit: Audit | undefined

  constructor(open: () => Promise<Audit>) {
    this.#open = open
  }

  async write(event: Parameters<Audit['write']>[0]): Promise<void> {
    await (await this.open()).write(event)
  }

  async open(): Promise<Audit> {
    this.#audit ??= await this.#open()
    return this.#audit
  }

  /**
   * Runs a change. The log is opened first: what couldn't be recorded isn't made. `unrecorded` says what stands when the
   * log fails all the same, and what to do about it.
   */
  async change<T>(unrecorded: string, work: () => Promise<T>): Promise<T> {
    await this.open()
    try {
      return await work()
    } catch (cause) {
      if (!(cause instanceof GateFault) || cause.code !== 'audit-unwritable') throw cause
      throw new GateFault('audit-unwritable', unrecorded, { cause })
    }
  }

  async close(): Promise<void> {
    await this.#audit?.close()
  }
}
