/** Durations, sizes and paces as people write them: `30m`, `200MB`, `5, then 1 per 10s`. */
import { posix } from 'node:path'
import type { Pace } from './config.ts'

const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of one whole number with a unit; a bare number is refused, since nobody can see its unit. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const found = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value)
  if (found === null) return undefined
  return Number(found[1]) * durationUnits[found[2] as keyof typeof durationUnits]
}

/** A duration in whole seconds, or `off`. */
export function parseHsts(value: unknown): number | 'off' | undefined {
  if (value === 'off') return 'off'
  const ms = parseDuration(value)
  return ms === undefined || ms % 1000 !== 0 ? undefined : ms / 1000
}

// SI and IEC 80000-13 prefixes: 1 kB is 1000 bytes, 1 KiB is 1024.
const sizeUnits = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
} as const

/** Bytes. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const found = /^(\d{1,6}) ?(B|[kKMG]B|[KMG]iB)$/.exec(value)
  if (found === null) return undefined
  return Number(found[1]) * sizeUnits[found[2] as keyof typeof sizeUnits]
}

/**
 * `5, then 1 per 10s`: five attempts at once, then one more for every ten seconds. The shorter `5 per 10s` is refused:
 * half of its readers take it for five attempts in every ten seconds, five times as many.
 */
export function parsePace(value: unknown): Pace | undefined {
  if (typeof value !== 'string') return undefined
  const found = /^([1-9]\d{0,5}), then 1 per (\d{1,9}(?:ms|s|m|h|d))$/.exec(value)
  if (found === null) return undefined
  const intervalMs = parseDuration(found[2])
  if (intervalMs === undefined || intervalMs < 1) return undefined
  return { burst: Number(found[1]), intervalMs }
}

/** As a pace, or `10/min`: ten at once, and one more for every tenth of a minute. */
export function parseRate(value: unknown): Pace | undefined {
  const found = typeof value === 'string' ? /^([1-9]\d{0,5})\/(s|min|h|d)$/.exec(value) : null
  if (found === null) return parsePace(value)
  const burst = Number(found[1])
  return { burst, intervalMs: rateUnits[found[2] as keyof typeof rateUnits] / burst }
}

const rateUnits = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A kind of file that may be uploaded: `image/png`, `image/*` or `.csv`. */
export function parseFileType(value: unknown): string | undefined {
  const known = /^(?:\.[a-z0-9]{1,16}|[a-z]+\/(?:\*|[a-z0-9][a-z0-9.+-]{0,126}))$/
  return typeof value === 'string' && known.test(value) ? value : undefined
}

export function parseInteger(value: unknown, least: number, most: number): number | undefined {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most
    ? Number(value)
    : undefined
}

/** A file or folder. A NUL would end the name early inside the system's calls. */
export function parsePath(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 4096) return undefined
  return value.includes('\0') ? undefined : value
}

/**
 * A folder on the app's machine, of which all is for everybody who is signed in: absolute, in one spelling. Never one in
 * which Gradio keeps what people upload and are given, by default below `/tmp/gradio` (gradio/utils.py 6.31, get_upload_folder).
 */
export function parseSharedFolder(value: unknown): string | undefined {
  const given = parsePath(value)
  const folder = given?.replace(/\/$/, '')
  if (folder === undefined || folder.length < 2 || posix.resolve('/', folder) !== folder) return undefined
  const isPrivate = '/tmp/gradio/'.startsWith(`${folder}/`) || folder.startsWith('/tmp/gradio/')
  return isPrivate ? undefined : folder
}

/** One or several, each once. */
export function parsePaths(value: unknown): readonly string[] | undefined {
  const paths = (Array.isArray(value) ? value : [value]).map(parsePath)
  const isGood = paths.length > 0 && paths.length <= 100 && new Set(paths).size === paths.length
  return isGood && paths.every((one) => one !== undefined) ? paths : undefined
}

/** Names the app in assertions: visible ASCII (RFC 7519 section 4.1.3 leaves the rest to us). */
export function parseAudience(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined
}
