/** What went wrong at a CA, in words for the operator. */
import { GateFault } from '../../kit/fault.ts'

/** Texts of a CA: one line, no control characters, not a page long. */
export function oneLine(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'its name is not known (is DNS working?)',
  EAI_AGAIN: 'its name could not be looked up (is DNS working?)',
  ECONNABORTED: 'it did not answer in time',
  ERR_CANCELED: 'it did not answer in time',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  CERT_HAS_EXPIRED: 'its own certificate has expired (is the clock of this machine right?)',
  CERT_NOT_YET_VALID: 'its own certificate is not yet valid (is the clock of this machine right?)',
}

const untrusted = /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|DEPTH_ZERO/

export function wordsOf(thrown: unknown, directory: string): string {
  if (thrown instanceof GateFault) return thrown.message
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const { host } = new URL(directory)
  if (untrusted.test(code))
    return `the CA at ${host} is not trusted. A private CA has to be named: --acme-ca FILE (https.ca_file)`
  const why = unreachable[code]
  if (why !== undefined) return `the CA at ${host} can't be reached: ${why}`
  // What a client stumbles over that takes the shape of an answer for granted.
  if (thrown instanceof TypeError)
    return `the answers of the CA at ${host} can't be used: ${oneLine(thrown.message)}`
  return `the CA says: ${oneLine(thrown instanceof Error ? thrown.message : String(thrown))}`
}

/** What to look at when a verification failed. */
export function remedy(names: readonly string[], types: readonly string[]): string {
  const ports = types.includes('http-01')
    ? 'port 80 (http-01) or 443 (tls-alpn-01)'
    : 'port 443 (tls-alpn-01)'
  return (
    `The CA has to reach this machine at ${ports} under ${names.join(', ')}: does DNS lead here, for IPv6 too, and does ` +
    'no firewall or other program stand in the way? Without a public name or address: --self-signed.'
  )
}
