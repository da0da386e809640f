/** Faults: something broke. A fault becomes a refusal in one place (gate.ts) or a message in another (cli.ts). */

export type FaultCode =
  | 'audit-unwritable'
  | 'audit-broken'
  | 'backup-failed'
  | 'backup-unusable'
  | 'config-invalid'
  | 'config-unreadable'
  | 'key-missing'
  | 'key-invalid'
  | 'key-exposed'
  | 'login-busy'
  | 'login-engine-failed'
  | 'policy-invalid'
  | 'policy-failed'
  | 'store-newer'
  | 'store-unusable'
  | 'address-unusable'
  | 'certificate-unavailable'
  | 'app-unreachable'
  | 'app-busy'
  | 'app-unsafe'
  | 'app-login'
  | 'web-not-built'
  | 'usage'

export class GateFault extends Error {
  override readonly name = 'GateFault'
  readonly code: FaultCode

  /** `message` is for the operator's terminal and log; it never reaches the network. */
  constructor(code: FaultCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
