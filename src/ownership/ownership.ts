/** What the path asks about ownership: names of sessions, and the ledger of events, uploads, deep links and files. */
import type { Owner } from './owner.ts'

/** A Gradio session_hash as the client knows it and as the app knows it. */
export interface SessionNames {
  readonly client: string
  /** The client's, a dot, and a MAC under the owner's key: nobody else can form it. */
  readonly upstream: string
}

export interface OwnedEvent {
  readonly id: string
  readonly owner: Owner
  /** The endpoint's id, and its name as the policy knows it. */
  readonly endpoint: number
  readonly endpointName: string
  /** Upstream form; absent for /call/v2, which has none of its own. */
  readonly session?: string
}

/** Files are learnt with the app's start that showed them; paths are absolute and normal. */
export interface FileStanding {
  readonly path: string
  /** `shared`: the app shows it to everybody; `others`: known, and not the asker's; `unknown`: never seen. */
  readonly standing: 'own' | 'shared' | 'others' | 'unknown'
  readonly owners: readonly Owner[]
}

export interface Ownership {
  /** Undefined: malformed, or the long form of somebody else's. */
  nameSession(owner: Owner, given: string): SessionNames | undefined
  /** For addresses of streamed media alone: there the app hands out the upstream form, also of sessions that the gate made. */
  nameMediaSession(owner: Owner, given: string): SessionNames | undefined
  /** A new one, for one call that came without; no client can name it for another. */
  makeSession(owner: Owner): SessionNames
  noteEvent(event: OwnedEvent): Promise<void>
  /** Once the answer that told of it has gone; whoever asks for it here in between waits for that. */
  noteEventSoon(event: OwnedEvent): void
  /** Until the answer that tells of it has come by, or so long at most. */
  awaitEvent(id: string, ms: number): Promise<void>
  /** Undefined when unknown or somebody else's; `foreign` says which, for the log. */
  findEvent(owner: Owner, id: string): Promise<{ readonly event?: OwnedEvent; readonly foreign: boolean }>
  /** The client chose this upload id: taken by the first, whose it stays. */
  claimUpload(owner: Owner, id: string): Promise<boolean>
  ownsUpload(owner: Owner, id: string): Promise<boolean>
  noteDeepLink(owner: Owner, id: string): Promise<void>
  ownsDeepLink(owner: Owner, id: string): Promise<boolean>
  noteFiles(owner: Owner, paths: readonly string[]): Promise<void>
  judgeFiles(owner: Owner, paths: readonly string[]): Promise<readonly FileStanding[]>
}
