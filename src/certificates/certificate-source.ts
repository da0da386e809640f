/** Where the certificate of the HTTPS server comes from, whichever way: own files, a CA by ACME, or this machine itself. */
import type { AuditEvent } from '../audit/event.ts'
import type { Clock } from '../kit/clock.ts'
import type { Challenges } from './challenges.ts'
import type { CertificatePair, Examined } from './pair.ts'

/** A pair that may be shown to browsers, and what is known of it. */
export interface Certificate {
  readonly pair: CertificatePair
  readonly facts: Examined
}

export interface CertificateSource {
  /** Host names and IP addresses that it was made for by this gate; empty for own files. */
  readonly names: readonly string[]
  /**
   * Sees to it that there is a certificate, which may take a while; `http`: whether port 80 is answered.
   * Throws GateFault `certificate-unavailable`.
   */
  open(reach: { readonly http: boolean }): Promise<void>
  /** Undefined until it is open. */
  current(): Certificate | undefined
  /** Called with every later one; connections that are open go on with the one they began with. */
  onChange(call: (certificate: Certificate) => void): void
  /** What a CA that verifies us has to be answered with. */
  readonly challenges?: Challenges
  close(): Promise<void>
}

/** What every source works with. */
export interface SourceParts {
  /** Keys and certificates that the gate makes or obtains are kept here. */
  readonly folder: string
  readonly clock: Clock
  /** Resolves when the record is on disk. */
  readonly record: (event: AuditEvent) => Promise<void>
  /** A line for the operator's terminal. */
  readonly say: (words: string) => void
}
