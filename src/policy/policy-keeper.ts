/** The policy in force: looks at its files and changes over to what they say, as a whole or not at all. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Audit } from '../audit/audit.ts'
import type { Action } from '../catalog/actions.ts'
import { GateFault } from '../kit/fault.ts'
import { makeCedarEngine } from './cedar.ts'
import type { CedarPolicy } from './cedar.ts'
import type { Decision, PolicyEngine, PolicyPrincipal, PolicyResource, Question } from './engine.ts'
import { findSlips } from './find-slips.ts'
import { readPolicySet } from './load-policy.ts'
import type { PolicySource } from './load-policy.ts'
import type { PolicySet } from './policy-set.ts'

export interface KeeperParts {
  /** What the configuration said at the start. */
  readonly source: PolicySource
  /** Where the roles are written, and how to read them again; without it only the Cedar files are looked at. */
  readonly config?: { readonly file: string; readonly reread: () => Promise<PolicySource> }
  readonly audit: Pick<Audit, 'write'>
  /** A line for the operator. */
  readonly say: (words: string) => void
}

/** Reading a few small files costs nothing; watching them fails on the links that Kubernetes and editors swap. */
const lookEveryMs = 500

export class PolicyKeeper implements PolicyEngine {
  readonly #parts: KeeperParts
  readonly #listeners = new Set<() => void>()
  #source: PolicySource
  /** The Cedar files that are looked at: those of the last configuration that could be read. */
  #watched: readonly string[]
  #engine: CedarPolicy | undefined
  /** What the files held when they were last taken or refused, and when they were last looked at. */
  #settled = ''
  #seen = ''
  #timer: NodeJS.Timeout | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#source = parts.source
    this.#watched = parts.source.files
  }

  /** Throws `policy-invalid`: at the start there is nothing older to go on with. */
  async open(): Promise<void> {
    // Not settled yet: the configuration was read a while ago, before the question for a password perhaps.
    this.#seen = await this.#fingerprint(this.#watched)
    await this.#take(this.#source, await readPolicySet(this.#source))
    this.#sleep()
  }

  /** Looks now; the answer waits until what is found is in force or refused. */
  async look(): Promise<void> {
    this.#work = this.#work.then(() => this.#look())
    await this.#work
  }

  /** Told after each change; the answer takes it back. */
  onChange(call: () => void): () => void {
    this.#listeners.add(call)
    return () => this.#listeners.delete(call)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#work
    this.#engine?.close()
    this.#engine = undefined
  }

  get version(): string {
    return this.#engine?.version ?? ''
  }

  decide(question: Question): Decision {
    return this.#engine?.decide(question) ?? noPolicy
  }

  mightPermit(principal: PolicyPrincipal, action: Action): Decision {
    return this.#engine?.mightPermit(principal, action) ?? noPolicy
  }

  mightPermitOn(principal: PolicyPrincipal, action: Action, resource: PolicyResource): boolean {
    return this.#engine?.mightPermitOn(principal, action, resource) ?? false
  }

  viewKey(principal: PolicyPrincipal): string {
    return this.#engine?.viewKey(principal) ?? ''
  }

  rolesOf(principal: PolicyPrincipal): readonly string[] {
    return this.#engine?.rolesOf(principal) ?? []
  }

  #sleep(): void {
    this.#timer = setTimeout(() => {
      void this.look().finally(() => {
        if (this.#timer !== undefined) this.#sleep()
      })
    }, lookEveryMs).unref()
  }

  async #look(): Promise<void> {
    const now = await this.#fingerprint(this.#watched)
    // Files are written bit by bit: half a file can be a valid policy that lacks a forbid. What counts was seen twice.
    const isSteady = now === this.#seen
    this.#seen = now
    if (!isSteady || now === this.#settled) return
    try {
      const source = (await this.#parts.config?.reread()) ?? this.#source
      refuseOpening(this.#source, source)
      const before = this.#watched
      this.#watched = source.files
      const print = await this.#fingerprint(source.files)
      // Also where it is refused: whoever mends a file that was named for the first time is heard.
      this.#seen = this.#settled = print
      const set = await readPolicySet(source)
      const isStill =
        (await this.#fingerprint(before)) === now && (await this.#fingerprint(source.files)) === print
      // Written while it was being read: the next look finds it.
      if (!isStill) this.#settled = ''
      else await this.#take(source, set)
    } catch (fault) {
      if (this.#seen === now) this.#settled = now
      await this.#refuse(fault)
    }
  }

  async #take(source: PolicySource, set: PolicySet): Promise<void> {
    const before = this.#engine
    if (before?.version === set.version) {
      this.#source = source
      return
    }
    const engine = makeCedarEngine(set)
    this.#source = source
    this.#engine = engine
    before?.close()
    for (const words of findSlips(set)) this.#parts.say(`Warning: ${words}`)
    if (before !== undefined) this.#parts.say(`The changed policy is in force (${set.version}).`)
    for (const call of this.#listeners) call()
    const counts = { roles: set.roles.length, policies: set.own.size }
    const written = this.#parts.audit.write({ kind: 'policy.loaded', version: set.version, ...counts })
    // At the start a log that can't be written is a reason not to start; later it shows at the next request.
    await (before === undefined ? written : written.catch(() => undefined))
  }

  async #refuse(fault: unknown): Promise<void> {
    const why = fault instanceof GateFault ? fault.message : 'it could not be read'
    this.#parts.say(`Warning: the policy in force stays, the changed one is refused. ${why}`)
    await this.#parts.audit
      .write({ kind: 'policy.rejected', why: why.replace(/\s+/g, ' '), version: this.version })
      .catch(() => undefined)
  }

  /** Of the bytes: times and sizes of files can stay the same. */
  async #fingerprint(files: readonly string[]): Promise<string> {
    const { config } = this.#parts
    const hash = createHash('sha256')
    for (const file of [...(config ? [config.file] : []), ...files]) {
      const bytes = await readFile(file).catch(() => undefined)
      hash.update(bytes === undefined ? 'absent' : `${String(bytes.length)} `).update(bytes ?? '')
    }
    return hash.digest('hex')
  }
}

/** An emptied file must not open the app: without roles and files the built-in policy would let everybody do everything. */
function refuseOpening(before: PolicySource, now: PolicySource): void {
  const says = ({ roles, files }: PolicySource) => roles.length + files.length > 0
  if (!says(before) || says(now)) return
  const words =
    'No roles and no policy are written any more, which would open the whole app to whoever is signed in.'
  throw new GateFault('policy-invalid', `${words} If that is meant, restart the gate.`)
}

const noPolicy: Decision = { allow: false, reason: 'no-policy', policies: [] }
