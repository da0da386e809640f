/** The configuration after validation: complete, typed, every path absolute. */
import type { CharacterKind } from '../contract/contract.ts'
import type { Role } from '../policy/roles.ts'
import type { InputRules } from './input-rules.ts'

export const demands = ['required', 'optional'] as const
export type Demand = (typeof demands)[number]

/** What can make the gate pointless; each may be accepted by name in `accept_risks`. */
export const risks = ['share-link', 'ssr', 'static-workers', 'app-exposed', 'gradio-unknown'] as const
export type Risk = (typeof risks)[number]

/** How fast attempts earn themselves back. */
export interface Pace {
  readonly burst: number
  readonly intervalMs: number
}

/** Seconds that browsers use nothing but HTTPS for this host (RFC 6797). */
export type Hsts = number | 'off'

export interface Https {
  /** Host names and IP addresses for the certificate; none: the machine's public address, or a self-signed one. */
  readonly names: readonly string[]
  readonly selfSigned: boolean
  /** URL of the CA's ACME directory. */
  readonly directory: string
  /** Where the CA may write to. */
  readonly email?: string
  /** PEM: what vouches for the directory's own server, if the system doesn't know it. */
  readonly caFile?: string
  /** Leads browsers to HTTPS, and answers the CA. */
  readonly httpListen: { readonly host: string; readonly port: number } | 'off'
  readonly hsts: Hsts
}

/** What an app's answers may say. */
export interface AnswerRule {
  /** `reference`: an exception's own words become a number that the audit log resolves. */
  readonly errors: 'reference' | 'show'
  readonly secrets: 'withhold' | 'pass'
  /** `sanitize`: where components show values as HTML, nothing stays in them that acts. */
  readonly html: 'pass' | 'sanitize'
}

export interface AnswerRules {
  readonly all: AnswerRule
  /** By endpoint name, complete. */
  readonly endpoints: Readonly<Record<string, AnswerRule>>
}

export interface EndpointLimit {
  /** `*` stands for any text. */
  readonly pattern: string
  readonly rate?: Pace
  /** Calls of one principal that run or wait at the same time. */
  readonly concurrent?: number
  /** Bytes of the call's body. */
  readonly bodyBytes?: number
}

export interface Config {
  /** Where it was read, absolute; absent where the command line was enough. */
  readonly file?: string
  /** The app. A path after the host is the path the app is mounted at. */
  readonly upstream: URL
  readonly listen: { readonly host: string; readonly port: number }
  /** Host names that browsers may use, besides loopback names and plain IP addresses. Lower case, without port. */
  readonly hosts: readonly string[]
  /** One of `hosts`: passwords are typed there and nowhere else, and the app isn't there. Absent: beside the app. */
  readonly authHost?: string
  /** PEM files of the operator's own. */
  readonly tls?: {
    readonly cert: string
    readonly key: string
    /** Leads browsers to HTTPS; absent: off, since whoever renews the files may need the port. */
    readonly httpListen?: Https['httpListen']
    readonly hsts?: Hsts
  }
  /** The gate sees to its certificate itself. */
  readonly https?: Https
  readonly insecureHttp: boolean
  /** Origins of sites that may show the app in a frame. */
  readonly embed: readonly string[]
  /** Networks (CIDR) whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** Database and audit files live here. */
  readonly stateDir: string
  /** The set-up key, apart from the state. */
  readonly keyFile: string
  readonly session: {
    readonly idleMs: number
    readonly absoluteMs: number
    /** What becomes of a session that is used from two networks by turns. */
    readonly twoNetworks: 'record' | 'end'
  }
  /** What a new password must be, where it is typed. */
  readonly passwords: {
    /** Code points. */
    readonly least: number
    readonly composition: readonly CharacterKind[]
    /** Absent: a password doesn't grow old. */
    readonly maxAgeMs?: number
  }
  readonly pace: { readonly address: Pace; readonly everyone: Pace; readonly knownBrowser: Pace }
  readonly limits: {
    /** Bytes of one JSON call. */
    readonly callBytes: number
    /** Bytes of one upload. */
    readonly uploadBytes: number
    /** Connections open at once. */
    readonly connections: number
    /** Of one address among them; with IPv6 of one /64. */
    readonly connectionsPerAddress: number
    /** New TLS connections. */
    readonly handshakesPerAddress: Pace
    /** Per principal; the first pattern that fits an endpoint's name holds. */
    readonly endpoints: readonly EndpointLimit[]
    /** Callers of a batch function may be mixed: the function asks nobody's name. */
    readonly mixedBatch: boolean
  }
  readonly uploads: {
    /** Files in one upload. */
    readonly maxFiles: number
    /** Bytes of one file; absent: what one upload may have. */
    readonly maxFileBytes?: number
    /** Media types (`image/png`, `image/*`) and extensions (`.csv`); absent: any. */
    readonly types?: readonly string[]
    /** Bytes that one principal may upload on one day (UTC); absent: any number. */
    readonly perDayBytes?: number
  }
  /** What must be signed by the key of the login or the token. */
  readonly proof: {
    /** Calls, streams, uploads and all that changes something, asked for in a browser. */
    readonly calls: Demand
    /** Files and media too, which browsers ask for without signing. */
    readonly files: Demand
    /** All that programs ask for: a token without a key is refused. */
    readonly tokens: Demand
  }
  readonly audit: {
    /** Bytes of all segments together; the oldest closed one goes first. */
    readonly maxBytes: number
    readonly retentionMs: number
    /** Single records of strangers' refusals an hour, and of those that a copied cookie, token or request is enough for; beyond that, summaries. */
    readonly strangerRecordsPerHour: number
  }
  /** The signed word to the app of who asks. */
  readonly assertion: {
    /** Whom it is for; the app checks that it is meant. Absent: the app by its own address. */
    readonly audience?: string
    readonly lifetimeMs: number
  }
  /** What calls may bring, beyond what the app itself declares. */
  readonly inputs: InputRules
  readonly answers: AnswerRules
  readonly mcp: {
    /** What tools keep in State may be found by others: Gradio has one session for all callers. */
    readonly sharedState: boolean
  }
  readonly acceptRisks: readonly Risk[]
  /** Who may do what; none, and no Cedar files either: the built-in policy stands. */
  readonly roles: readonly Role[]
  /** Cedar files instead of the built-in policy, or beside the roles. */
  readonly policyFiles: readonly string[]
  /** On the app's machine: what is below them is for everybody who is signed in. */
  readonly sharedFolders: readonly string[]
  /** Origins of sites to which forms on the app's pages may be sent, besides the app itself. */
  readonly formTargets: readonly string[]
  /** Request headers that the app reads and clients may set, besides the standard ones. Lower case. */
  readonly forwardHeaders: readonly string[]
}
