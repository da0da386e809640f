/** What the exit code says; the same for every command, and part of its promise to scripts. */
import type { FaultCode } from '../kit/fault.ts'

export const exitCodes = {
  ok: 0,
  /** Something broke: no permission, disk, port taken, a bug. */
  fault: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** The command worked and found what it looks for: `audit verify` a broken log, `check` a weakness, `policy test` a wrong answer. */
  finding: 3,
  /** The gate refused to start in front of an app that undoes it. */
  unsafe: 4,
  /** Asked to end by Ctrl-C at a prompt (128 + SIGINT, as shells count). */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodesHelp = `Exit codes:
  0    done
  1    something broke (permission, disk, port taken)
  2    the command line or the configuration is wrong; nothing was done
  3    audit verify found a log that was tampered with, check what --fail-on names, policy check or inputs check a
       name that isn't there, or policy test a wrong answer
  4    the gate refused to start in front of an app that undoes it
  130  interrupted at a prompt`

export function exitCodeOf(code: FaultCode): ExitCode {
  switch (code) {
    case 'usage':
    case 'config-invalid':
    case 'config-unreadable':
    case 'policy-invalid':
      return exitCodes.usage
    case 'audit-broken':
      return exitCodes.finding
    case 'app-unsafe':
    case 'app-login':
      return exitCodes.unsafe
    case 'audit-unwritable':
    case 'backup-failed':
    case 'backup-unusable':
    case 'key-missing':
    case 'key-invalid':
    case 'key-exposed':
    case 'login-busy':
    case 'login-engine-failed':
    case 'policy-failed':
    case 'store-newer':
    case 'store-unusable':
    case 'address-unusable':
    case 'certificate-unavailable':
    case 'app-unreachable':
    case 'app-busy':
    case 'web-not-built':
      return exitCodes.fault
  }
}
