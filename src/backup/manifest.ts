/** The first file of a backup: what it is, what else is in it, and what the audit log ended with. */
import { z } from 'zod'

/** Raised when an older sekisho could no longer restore what we write. */
export const formatVersion = 1

export const names = { manifest: 'manifest.json', database: 'sekisho.db', key: 'set-up.key' } as const
/** Segments of the audit log; the form is also what keeps names from leaving the folder that they are unpacked into. */
const auditName = /^audit\/(\d{8}T\d{9}Z-[a-z0-9]{1,16})\.jsonl$/

const count = z.number().int().nonnegative()

const schema = z.strictObject({
  format: z.literal('sekisho-backup'),
  version: count,
  /** Names this backup in the audit log. */
  backup: z.string().regex(/^[a-z0-9]{12}$/),
  sekisho: z.string().max(40),
  /** Of the database. */
  schema: count,
  instance: z.string().regex(/^[a-z0-9]{8}$/),
  madeAt: z.iso.datetime(),
  files: z
    .array(
      z.strictObject({
        name: z.union([z.literal(names.database), z.literal(names.key), z.string().regex(auditName)]),
        bytes: count,
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .refine(namesOnce, 'a name stands twice, or database or key is missing'),
  /** Every segment that the database knows; `removed`: by retention, before the backup. */
  segments: z.array(
    z.strictObject({ segment: z.string(), count, head: z.string(), removed: z.boolean().optional() }),
  ),
})

export type Manifest = Readonly<z.infer<typeof schema>>
export type ListedFile = Manifest['files'][number]

export type ManifestVerdict =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'malformed' }

/** Authentic by the encryption around it; checked all the same, since names in it become names of files. */
export function parseManifest(text: string): ManifestVerdict {
  const found = parseJson(text)
  const version = versionSchema.safeParse(found)
  if (version.success && version.data.version > formatVersion) {
    return { kind: 'newer', version: version.data.version }
  }
  const parsed = schema.safeParse(found)
  return parsed.success ? { kind: 'manifest', manifest: parsed.data } : { kind: 'malformed' }
}

const versionSchema = z.looseObject({ format: z.literal('sekisho-backup'), version: count })

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

export function auditFileName(segment: string): string {
  return `audit/${segment}.jsonl`
}

/** The segment whose file this is; undefined for database and key. */
export function segmentOf(name: string): string | undefined {
  return auditName.exec(name)?.[1]
}

function namesOnce(files: readonly { readonly name: string }[]): boolean {
  const seen = new Set(files.map(({ name }) => name))
  return seen.size === files.length && seen.has(names.database) && seen.has(names.key)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
