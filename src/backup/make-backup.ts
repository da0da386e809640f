/** A backup: one consistent moment of the state, encrypted under a pass-phrase, on record before it exists. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Audit } from '../audit/audit.ts'
import { segmentPath } from '../audit/segment-file.ts'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import { randomName } from '../kit/random.ts'
import type { Secret } from '../kit/secret.ts'
import { version } from '../kit/version.ts'
import type { KeyRing } from '../login/key.ts'
import type { SegmentRow } from '../store/rows.ts'
import { copyDatabase } from '../store/engines/sqlite/copy.ts'
import { readSegments } from '../store/engines/sqlite/offline.ts'
import { newestVersion } from '../store/engines/sqlite/migrate.ts'
import { packArchive } from './archive.ts'
import { failed } from './faults.ts'
import { auditFileName, formatManifest, formatVersion, names } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { listed, segmentFile, textFile, wholeFile, type Hashed } from './packed-files.ts'
import { claimState, draftDir } from './places.ts'
import { seal } from './seal.ts'
import { writeFileTarget, type Target } from './target.ts'

export interface BackupParts {
  readonly stateDir: string
  readonly auditDir: string
  readonly keys: KeyRing
  readonly instance: string
  readonly audit: Pick<Audit, 'write'>
  readonly clock: Clock
}

export interface BackupMade {
  /** Names it in the audit log. */
  readonly backup: string
  readonly madeAt: number
  /** Segments of the audit log in it. */
  readonly segments: number
  /** Of the file; unknown for a stream. */
  readonly bytes?: number
}

/** While a gate runs, too. The pass-phrase is the caller's to judge. */
export async function makeBackup(
  { target, passphrase, withAudit }: BackupWish,
  parts: BackupParts,
): Promise<BackupMade> {
  const { stateDir, audit, clock } = parts
  const release = claimState(stateDir)
  const drafts = draftDir(stateDir)
  try {
    // What a killed process left.
    await rm(drafts, { recursive: true, force: true })
    const made = { backup: randomName(12), madeAt: clock.now() }
    const { files, segments } = await gather(made, { withAudit, parts, drafts })
    const record = () =>
      audit.write({ kind: 'backup.made', asker: { principal: 'operator' }, backup: made.backup, segments })
    const sealed = await seal(packArchive(files, new Date(made.madeAt)), passphrase)
    if (target.kind === 'stream') {
      await record()
      await target.write(sealed)
      return { ...made, segments }
    }
    const mark = `sekisho-${parts.instance}`
    const bytes = await writeFileTarget(target, sealed, { mark, before: record })
    return { ...made, segments, bytes }
  } catch (cause) {
    throw cause instanceof GateFault ? cause : failed("The backup can't be made", cause)
  } finally {
    await rm(drafts, { recursive: true, force: true })
    release()
  }
}

export interface BackupWish {
  readonly target: Target
  readonly passphrase: Secret
  readonly withAudit: boolean
}

interface Gathering {
  readonly withAudit: boolean
  readonly parts: BackupParts
  readonly drafts: string
}

async function gather(
  { backup, madeAt }: { readonly backup: string; readonly madeAt: number },
  { withAudit, parts, drafts }: Gathering,
) {
  await mkdir(drafts, { mode: 0o700 })
  const copy = join(drafts, names.database)
  copyDatabase(join(parts.stateDir, names.database), copy)
  // From the copy and not from the database: heads and everything else are of one moment.
  const rows = readSegments(copy)
  const segments = withAudit ? await gatherSegments(rows, parts.auditDir, drafts) : []
  const files = [
    await wholeFile(names.database, copy),
    textFile(names.key, `${parts.keys.line().reveal()}\n`),
    ...segments,
  ]
  const manifest: Manifest = {
    format: 'sekisho-backup',
    version: formatVersion,
    backup,
    sekisho: version(),
    schema: newestVersion,
    instance: parts.instance,
    madeAt: new Date(madeAt).toISOString(),
    files: files.map(listed),
    segments: rows.map(({ id, count, head, prunedAt }) => ({
      segment: id,
      count,
      head,
      ...(prunedAt !== undefined && { removed: true }),
    })),
  }
  return {
    files: [textFile(names.manifest, formatManifest(manifest)), ...files],
    segments: segments.length,
  }
}

async function gatherSegments(
  rows: readonly SegmentRow[],
  auditDir: string,
  drafts: string,
): Promise<readonly Hashed[]> {
  const found: Hashed[] = []
  for (const { id } of rows) {
    const file = await segmentFile(auditFileName(id), segmentPath(auditDir, id), segmentPath(drafts, id))
    // Empty: announced by a process that has written nothing yet.
    if (file !== undefined && file.bytes > 0) found.push(file)
  }
  return found
}
