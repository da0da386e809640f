/** The keyed chain: each record carries a MAC of itself and of the MAC before it, from a start made of the file's name. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'

/** The key of the chain, drawn from the key of the audit log (HKDF, RFC 5869). */
export function deriveChainKey(key: Uint8Array): KeyObject {
  if (key.byteLength !== 32) throw new TypeError('the key of the audit log has 32 bytes')
  const bytes = hkdfSync('sha256', key, new Uint8Array(0), 'sekisho audit chain v1', 32)
  return createSecretKey(new Uint8Array(bytes))
}

/** What stands before the first record, so that records of one file mean nothing in another. */
export function chainStart(key: KeyObject, segment: string): Buffer {
  return createHmac('sha256', key).update(`segment\0${segment}`).digest()
}

export function chainMac(key: KeyObject, before: Uint8Array, record: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(before).update(record).digest()
}

/** One line as it stands in the file; `record` and `personal` are JSON, `personal` may be empty. */
export function formatLine(mac: Uint8Array, record: string, personal: string): string {
  const beside = personal === '' ? '' : `,"personal":${personal}`
  return `{"mac":"${toBase64url(mac)}","record":${record}${beside}}\n`
}

export interface ChainedLine {
  readonly mac: Buffer
  /** The exact bytes that the MAC covers. */
  readonly record: Buffer
  readonly personal?: string
}

const opening = '{"mac":"'
const macLength = 43
const joint = '","record":'
const recordAt = opening.length + macLength + joint.length
const beside = ',"personal":'

/**
 * Takes a line (without its newline) apart by position, not by a JSON parser: with a second `record` key, a parser
 * would show other bytes than the MAC covers.
 */
export function parseLine(line: Buffer): ChainedLine | undefined {
  if (line.length <= recordAt || line.at(-1) !== 0x7d) return undefined
  if (line.toString('latin1', 0, opening.length) !== opening) return undefined
  if (line.toString('latin1', opening.length + macLength, recordAt) !== joint) return undefined
  const mac = parseBase64url(line.toString('latin1', opening.length, opening.length + macLength))
  if (mac?.length !== 32) return undefined
  // Quotes inside JSON strings are escaped, so these bytes can only be the key itself.
  const at = line.lastIndexOf(beside)
  if (at < recordAt) return { mac, record: line.subarray(recordAt, -1) }
  return {
    mac,
    record: line.subarray(recordAt, at),
    personal: line.toString('utf8', at + beside.length, line.length - 1),
  }
}
