/** How often asking a CA has failed, kept on disk: a service that is restarted over and over must not use up its limits. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readPrivateFile, writePrivateFile } from '../private-file.ts'
import { field } from './transport.ts'

const minute = 60_000
/**
 * Let's Encrypt refuses a name for an hour after five failed verifications in one (its documentation, "Rate Limits").
 * The first steps are short: somebody may be at work on the cause.
 */
const pauses = [10_000, minute, 5 * minute, 15 * minute, 60 * minute] as const
const longestPause = 60 * minute
/** So that those who failed at one moment, as when a CA was down, don't all come back at another one. */
const jitterShare = 0.2

export interface Failure {
  readonly says: string
  /** Not to be asked again before this. */
  readonly again: number
}

export class Attempts {
  readonly #file: string
  readonly #subject: string
  readonly #random: () => number
  #count = 0
  #last: Failure | undefined

  /** `subject`: what is asked for and how; another one begins anew. `random`: from 0 to 1. */
  constructor(folder: string, subject: readonly string[], random: () => number) {
    this.#file = join(folder, 'attempts.json')
    this.#subject = createHash('sha256').update(JSON.stringify(subject)).digest('base64url')
    this.#random = random
  }

  async load(): Promise<void> {
    const kept = parse(await readPrivateFile(this.#file))
    if (kept?.subject !== this.#subject) return
    this.#count = kept.count
    this.#last = { says: kept.says, again: kept.again }
  }

  /** The failure whose pause isn't over. A clock that was set back must not make it last for ever. */
  pending(now: number): Failure | undefined {
    const last = this.#last
    if (last === undefined || now >= last.again) return undefined
    return last.again - now > 2 * 24 * 60 * minute ? undefined : last
  }

  async fail(now: number, says: string, retryAfterMs: number): Promise<Failure> {
    const pause = pauses[this.#count] ?? longestPause
    const wait = Math.max(pause * (1 + jitterShare * this.#random()), retryAfterMs)
    this.#count += 1
    this.#last = { says, again: Math.round(now + wait) }
    await this.#save()
    return this.#last
  }

  async succeed(): Promise<void> {
    if (this.#count === 0) return
    this.#count = 0
    this.#last = undefined
    await this.#save()
  }

  /** Throws GateFault `certificate-unavailable`: who keeps nothing would ask anew at every start. */
  async prepare(): Promise<void> {
    await writePrivateFile(this.#file, this.#text())
  }

  async #save(): Promise<void> {
    // On a full disk what is known in memory has to do.
    await writePrivateFile(this.#file, this.#text()).catch(() => undefined)
  }

  #text(): string {
    const { says = '', again = 0 } = this.#last ?? {}
    return `${JSON.stringify({ subject: this.#subject, count: this.#count, says, again })}\n`
  }
}

function parse(text: string | undefined) {
  let value: unknown
  try {
    value = JSON.parse(text ?? '')
  } catch {
    return undefined
  }
  const [subject, count, says, again] = ['subject', 'count', 'says', 'again'].map((name) =>
    field(value, name),
  )
  if (typeof subject !== 'string' || typeof says !== 'string') return undefined
  return Number.isSafeInteger(count) && Number.isFinite(again)
    ? { subject, says, count: Number(count), again: Number(again) }
    : undefined
}
