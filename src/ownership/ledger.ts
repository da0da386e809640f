/** The ledger: whose events, uploads, deep links and files are, learnt from what the gate saw the app give to each. */
import type { Clock } from '../kit/clock.ts'
import type { OwnedBounds, OwnedKind, OwnedRow } from '../store/rows.ts'
import type { OwnershipStore } from '../store/store.ts'
import { Expected } from './expected.ts'
import { isDeepLinkFile, isNormalPath } from './file-path.ts'
import type { Owner } from './owner.ts'
import type { FileStanding, OwnedEvent, Ownership, SessionNames } from './ownership.ts'
import { Recent } from '../kit/recent.ts'
import type { SessionHashes } from './session-hash.ts'

const hour = 3_600_000
const day = 24 * hour

/** How long something is remembered after it was last learnt or needed, and how much of it. */
export interface Keeping extends OwnedBounds {
  readonly ms: number
}

/**
 * Events end with their stream and uploads with their request; a day is for jobs that queue. Files stay readable across
 * starts of the app (the seed of their paths lies beside Gradio: gradio/utils.py 6.31, get_hash_seed) until somebody or
 * `delete_cache` removes them, of which the gate is not told: a forgotten owner costs a call, a file without an owner nothing.
 */
export const defaultKeeping: Readonly<Record<OwnedKind, Keeping>> = {
  event: { ms: day, ofOne: 20_000, ofAll: 500_000 },
  upload: { ms: day, ofOne: 2_000, ofAll: 100_000 },
  'deep-link': { ms: 30 * day, ofOne: 2_000, ofAll: 200_000 },
  file: { ms: 30 * day, ofOne: 100_000, ofAll: 2_000_000 },
}

/** What Gradio and its clients make: hex, base36, base64url. */
const idShape = /^[A-Za-z0-9_-]{1,128}$/
/** Of rows that their owner was found to have; anything else is asked of the store, where other gates write too. */
const mostRecent = 50_000
/** A row is written again to stay young when this part of its time has passed. */
const freshFor = 1 / 16
/** So many owners of one object are told of; whom a policy lets share through the others asks them in vain. */
const mostOwners = 100
const pruneEveryMs = 60_000
/** Rows that one pass may forget: a write of some tens of milliseconds. */
const mostPruned = 5_000

export interface LedgerParts {
  readonly store: { readonly ownership: OwnershipStore; changes(): Promise<number> }
  readonly clock: Clock
  readonly hashes: SessionHashes
  /** Server paths that the app shows to everybody. */
  readonly sharedFiles: () => ReadonlySet<string>
  /** All that is below these is everybody's too, as the operator says. */
  readonly sharedFolders?: readonly string[]
  readonly keeping?: Readonly<Record<OwnedKind, Keeping>>
}

export class Ledger implements Ownership {
  readonly #parts: LedgerParts
  readonly #keeping: Readonly<Record<OwnedKind, Keeping>>
  readonly #recent = new Recent<OwnedRow>(mostRecent)
  /** Needed lately: to be written at the next review, so that reading a file costs no write. */
  readonly #needed = new Map<string, OwnedRow>()
  /** Events that are about to be written, by id. */
  readonly #noting = new Map<string, Promise<void>>()
  readonly #expected = new Expected()
  /** What kept one of them from being written. */
  #fault: { readonly thrown: unknown } | undefined
  #changes: number | undefined
  #prunedAt: number

  constructor(parts: LedgerParts) {
    this.#parts = parts
    this.#keeping = parts.keeping ?? defaultKeeping
    this.#prunedAt = parts.clock.now()
  }

  nameSession(owner: Owner, given: string): SessionNames | undefined {
    return this.#parts.hashes.name(owner, given)
  }

  nameMediaSession(owner: Owner, given: string): SessionNames | undefined {
    return this.#parts.hashes.nameMedia(owner, given)
  }

  makeSession(owner: Owner): SessionNames {
    return this.#parts.hashes.make(owner)
  }

  async noteEvent({ id, owner, ...event }: OwnedEvent): Promise<void> {
    if (!idShape.test(id)) return
    await this.#claim({ kind: 'event', id, owner, at: this.#now(), event })
  }

  /**
   * A write takes longer than all else that a call costs the gate, and its client needs the id only. Ticks come when all that
   * is ready to go on has gone on, the answer with it; another gate is asked later than that.
   */
  noteEventSoon(event: OwnedEvent): void {
    const noted = new Promise<void>((resolve) => process.nextTick(resolve))
      .then(() => this.noteEvent(event))
      .catch((thrown: unknown) => void (this.#fault = { thrown }))
      .finally(() => this.#noting.delete(event.id))
    this.#noting.set(event.id, noted)
    this.#expected.tell(event.id)
  }

  awaitEvent(id: string, ms: number): Promise<void> {
    return this.#expected.wait(id, ms)
  }

  async findEvent(
    owner: Owner,
    id: string,
  ): Promise<{ readonly event?: OwnedEvent; readonly foreign: boolean }> {
    await this.#noting.get(id)
    const row = await this.#find('event', id, owner)
    if (row?.event !== undefined) return { event: { id, owner, ...row.event }, foreign: false }
    return { foreign: idShape.test(id) && (await this.#owners('event', id)).length > 0 }
  }

  async claimUpload(owner: Owner, id: string): Promise<boolean> {
    return idShape.test(id) && this.#claim({ kind: 'upload', id, owner, at: this.#now() })
  }

  async ownsUpload(owner: Owner, id: string): Promise<boolean> {
    return (await this.#find('upload', id, owner)) !== undefined
  }

  /** Gradio's id is a hash of what was on the screen (gradio/route_utils.py 6.31): two who see the same get the same one. */
  async noteDeepLink(owner: Owner, id: string): Promise<void> {
    if (idShape.test(id)) await this.#note([{ kind: 'deep-link', id, owner, at: this.#now() }])
  }

  async ownsDeepLink(owner: Owner, id: string): Promise<boolean> {
    return (await this.#find('deep-link', id, owner)) !== undefined
  }

  async noteFiles(owner: Owner, paths: readonly string[]): Promise<void> {
    const at = this.#now()
    const own = [...new Set(paths)].filter((path) => isNormalPath(path) && !isDeepLinkFile(path))
    await this.#note(own.map((id) => ({ kind: 'file', id, owner, at })))
  }

  async judgeFiles(owner: Owner, paths: readonly string[]): Promise<readonly FileStanding[]> {
    const standings: FileStanding[] = []
    for (const path of paths) standings.push(await this.#judge(owner, path))
    return standings
  }

  /**
   * Called twice a second: forgets what another process may have revoked, writes what was needed, drops what is over. Rejects
   * with what kept an event from being written, too.
   */
  async review(): Promise<void> {
    const now = this.#now()
    const { ownership, changes } = this.#parts.store
    const seen = await changes().catch((fault: unknown) => {
      // Whoever can't be asked may have revoked anything.
      this.#recent.clear()
      throw fault
    })
    if (seen !== this.#changes) this.#recent.clear()
    this.#changes = seen
    const needed = [...this.#needed.values()]
    this.#needed.clear()
    if (needed.length > 0) await ownership.touch(needed, now)
    this.#tellFault()
    if (Math.abs(now - this.#prunedAt) < pruneEveryMs) return
    this.#prunedAt = now
    for (const kind of Object.keys(this.#keeping) as OwnedKind[]) {
      await ownership.prune(kind, now - this.#keeping[kind].ms, mostPruned)
    }
  }

  #tellFault(): void {
    const fault = this.#fault
    this.#fault = undefined
    if (fault !== undefined) throw fault.thrown
  }

  async #judge(owner: Owner, path: string): Promise<FileStanding> {
    if (!isNormalPath(path)) return { path, standing: 'unknown', owners: [] }
    const own = await this.#find('file', path, owner)
    if (own !== undefined) return { path, standing: 'own', owners: [owner] }
    if (this.#isShared(path)) return { path, standing: 'shared', owners: [] }
    const owners = await this.#owners('file', path)
    return { path, standing: owners.length === 0 ? 'unknown' : 'others', owners }
  }

  /** A path in its one spelling, so that a folder's name in front says that it is below. */
  #isShared(path: string): boolean {
    const { sharedFiles, sharedFolders = [] } = this.#parts
    if (sharedFiles().has(path)) return true
    return sharedFolders.some((folder) => path.startsWith(`${folder}/`)) && !isDeepLinkFile(path)
  }

  /** The row by which this owner has it. */
  async #find(kind: OwnedKind, id: string, owner: Owner): Promise<OwnedRow | undefined> {
    const key = keyOf({ kind, id, owner })
    const recent = this.#recent.get(key)
    const row = recent ?? (await this.#parts.store.ownership.find(kind, id, owner))
    if (row === undefined || this.#isOver(row)) return undefined
    if (recent === undefined) this.#recent.set(key, row)
    this.#need(key, row)
    return row
  }

  async #owners(kind: OwnedKind, id: string): Promise<readonly Owner[]> {
    const rows = await this.#parts.store.ownership.findAll(kind, id, mostOwners)
    return rows.filter((row) => !this.#isOver(row)).map(({ owner }) => owner)
  }

  async #note(rows: readonly OwnedRow[]): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const { ownership } = this.#parts.store
    const unknown = rows.filter((row) => !this.#isFresh(this.#recent.get(keyOf(row))))
    await ownership.note(unknown, this.#keeping[first.kind])
    for (const row of unknown) this.#recent.set(keyOf(row), row)
  }

  async #claim(row: OwnedRow): Promise<boolean> {
    const claimed = await this.#parts.store.ownership.claim(row, this.#keeping[row.kind])
    if (claimed) this.#recent.set(keyOf(row), row)
    return claimed
  }

  #need(key: string, row: OwnedRow): void {
    if (this.#isFresh(row) || this.#needed.size >= mostRecent) return
    this.#needed.set(key, row)
    this.#recent.set(key, { ...row, at: this.#now() })
  }

  #isFresh(row: OwnedRow | undefined): boolean {
    return row !== undefined && Math.abs(this.#now() - row.at) < this.#keeping[row.kind].ms * freshFor
  }

  #isOver({ kind, at }: OwnedRow): boolean {
    return this.#now() - at >= this.#keeping[kind].ms
  }

  #now(): number {
    return this.#parts.clock.now()
  }
}

function keyOf({ kind, id, owner }: Pick<OwnedRow, 'kind' | 'id' | 'owner'>): string {
  return `${kind} ${owner} ${id}`
}
