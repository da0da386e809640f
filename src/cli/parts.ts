/** The parts of the gate that commands use, each behind the few methods that they need. */
import type { AppModel } from '../app/model.ts'
import type { AuditRecord } from '../audit/tail.ts'
import type { Verification } from '../audit/verify.ts'
import type { BackupMade } from '../backup/make-backup.ts'
import type { Restored, RestoreWish } from '../backup/restore.ts'
import type { Target } from '../backup/target.ts'
import type { CheckOptions } from '../check/run-check.ts'
import type { Report } from '../check/report.ts'
import type { Config } from '../config/config.ts'
import type { Secret } from '../kit/secret.ts'
import type { PolicyDesk } from '../policy-tools/policy-desk.ts'
import type { SessionId, SessionRow } from '../store/rows.ts'
import type { OperatorOwned } from './operator-owned.ts'
import type { OperatorTokens } from './operator-tokens.ts'
import type { OperatorUsers } from './operator-users.ts'

/** What an operator may do to the state of a gate, whether it runs or not; every change is on record. */
export interface OperatorState {
  hasPassword(): Promise<boolean>
  /** Whether this is the password that is set. */
  matchesPassword(password: Secret): Promise<boolean>
  /** Sets the shared password, ends the sessions that were opened with it, answers how many. */
  setPassword(password: Secret): Promise<number>
  /** Takes the shared password away; undefined when none was set. */
  removePassword(): Promise<number | undefined>
  readonly users: OperatorUsers
  readonly tokens: OperatorTokens
  /** Files and deep links. */
  readonly owned: OperatorOwned
  /** Sessions that are neither ended nor past their limits, oldest first. */
  listSessions(): Promise<readonly SessionRow[]>
  /** False when there is no such session or it had ended. */
  endSession(id: SessionId): Promise<boolean>
  close(): Promise<void>
}

export interface RunningGate {
  /** Where it listens, as URLs. */
  readonly addresses: readonly string[]
  /** SHA-256 of a certificate that nobody but this machine vouches for. */
  readonly fingerprint?: string
  /** Ends open work and the audit segment in order. */
  stop(): Promise<void>
}

export interface Parts {
  /** The policy of the configuration, checked. */
  openPolicy(config: Config): Promise<PolicyDesk>
  readPolicySchema(): Promise<string>
  /** What the app declares of itself at the moment. */
  readAppModel(config: Config): Promise<AppModel>
  generatePassphrase(): Promise<Secret>
  /** `existing`: throws GateFault `usage` where no gate ever ran, instead of making a new state. */
  openState(config: Config, which: 'existing' | 'existing-or-new'): Promise<OperatorState>
  verifyAudit(config: Config): Promise<Verification>
  backup(
    config: Config,
    wish: {
      readonly target: Target
      readonly withAudit: boolean
      /** Asked for when the target and the state have been found in order. */
      readonly passphrase: () => Promise<Secret>
    },
  ): Promise<BackupMade>
  restore(config: Config, wish: RestoreWish): Promise<Restored>
  /** Looks at the app and the gate and changes neither. */
  check(config: Config, options: CheckOptions): Promise<Report>
  /** The newest `last` records and, when following, what comes until `stopped`. */
  tailAudit(
    config: Config,
    how: { readonly last: number; readonly follow: boolean; readonly stopped: AbortSignal },
  ): AsyncIterable<AuditRecord>
  /** `stopping`: not to be waited for any longer while it starts. */
  runGate(config: Config, stopping: AbortSignal): Promise<RunningGate>
}
