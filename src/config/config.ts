/** The configuration after validation: complete, typed, every path absolute. */

/** What can make the gate pointless; each may be accepted by name in `accept_risks`. */
export const risks = ['share-link', 'ssr', 'static-workers', 'app-exposed', 'gradio-unknown'] as const
export type Risk = (typeof risks)[number]

/** How fast attempts earn themselves back. */
export interface Pace {
  readonly burst: number
  readonly intervalMs: number
}

export interface Config {
  /** The app. A path after the host is the path the app is mounted at. */
  readonly upstream: URL
  readonly listen: { readonly host: string; readonly port: number }
  /** Host names that browsers may use, besides loopback names and plain IP addresses. Lower case, without port. */
  readonly hosts: readonly string[]
  /** PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly insecureHttp: boolean
  /** Networks (CIDR) whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Database and audit files live here. */
  readonly stateDir: string
  /** The set-up key, apart from the state. */
  readonly keyFile: string
  readonly session: { readonly idleMs: number; readonly absoluteMs: number }
  readonly pace: { readonly address: Pace; readonly everyone: Pace; readonly knownBrowser: Pace }
  readonly limits: {
    /** Bytes of one JSON call. */
    readonly callBytes: number
    /** Bytes of one upload. */
    readonly uploadBytes: number
    /** Connections open at once. */
    readonly connections: number
  }
  readonly audit: {
    /** Bytes of all segments together; the oldest closed one goes first. */
    readonly maxBytes: number
    readonly retentionMs: number
    /** Single records of strangers' refusals an hour; beyond that, summaries. */
    readonly strangerRecordsPerHour: number
  }
  readonly acceptRisks: readonly Risk[]
  /** A Cedar file instead of the built-in policy. */
  readonly policyFile?: string
  /** Request headers that the app reads and clients may set, besides the standard ones. Lower case. */
  readonly forwardHeaders: readonly string[]
}
