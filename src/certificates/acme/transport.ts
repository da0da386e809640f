/** acme-client, set up for us: our time limits, a private CA if there is one, no waiting and retrying of its own. */
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import type { Client, CryptoInterface } from 'acme-client'
import { GateFault } from '../../kit/fault.ts'
import { version } from '../../kit/version.ts'

export interface Transport {
  readonly crypto: CryptoInterface
  connect(accountKey: string): Client
  /** What the directory says of itself (RFC 8555 section 7.1.1). */
  readDirectory(): Promise<Directory>
  /** Milliseconds that the CA asked us to stay away for in its latest answer (RFC 8555 section 6.6). */
  retryAfterMs(): number
}

export interface Directory {
  readonly termsOfService?: string
  /** Names of profiles (draft-ietf-acme-profiles section 3). */
  readonly profiles: readonly string[]
}

const patienceMs = 30_000
/** A directory, an order or a chain has a few kilobytes. */
const mostBytes = 1024 * 1024
/** Whatever a CA says, once a day we may ask. */
const mostRetryAfterMs = 86_400_000

export async function openTransport(
  settings: { readonly directory: string; readonly caFile?: string },
  signal: AbortSignal,
  answerMs = patienceMs,
): Promise<Transport> {
  const ca = settings.caFile === undefined ? undefined : await readCa(settings.caFile)
  // A library of some size: only who wants a certificate waits for it.
  const acme = await import('acme-client')
  const { axios } = acme
  let retryAfterMs = 0
  // It would retry, and wait as long as a CA says without a bound, and no signal would end that (src/axios.js, 5.4.0).
  axios.interceptors.request.clear()
  axios.interceptors.response.clear()
  axios.interceptors.request.use((request) => ({
    ...request,
    // `timeout` is for silence only; who drips an answer would never come to its end.
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  }))
  Object.assign(axios.defaults, {
    timeout: answerMs,
    maxContentLength: mostBytes,
    // Proxies in the environment end TLS differently for every version of axios, and redirects are none of ACME's.
    proxy: false,
    maxRedirects: 0,
    httpsAgent: new Agent({ keepAlive: false, ...(ca === undefined ? {} : { ca }) }),
  })
  // RFC 8555 section 6.1: clients say who they are.
  axios.defaults.headers.common['User-Agent'] = `sekisho/${version()} node-acme-client`
  axios.interceptors.response.use((response) => {
    const headers = response.headers as Readonly<Record<string, unknown>>
    retryAfterMs =
      response.status === 429 || response.status === 503 ? parseRetryAfter(headers['retry-after']) : 0
    return response
  })
  return {
    crypto: acme.crypto,
    connect: (accountKey) => new acme.Client({ directoryUrl: settings.directory, accountKey }),
    readDirectory: async () => readDirectory(await axios.get(settings.directory, { validateStatus: null })),
    retryAfterMs: () => retryAfterMs,
  }
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new GateFault('config-unreadable', `https.ca_file: the file ${file} can't be read.`, { cause })
  }
}

function parseRetryAfter(value: unknown): number {
  const text = typeof value === 'string' ? value : ''
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), mostRetryAfterMs)
}

function readDirectory({ status, data }: { readonly status: number; readonly data: unknown }): Directory {
  if (status !== 200) throw new TypeError(`its directory comes with status ${status}`)
  // RFC 8555 section 7.1.1: what a client can't do without.
  if (typeof field(data, 'newOrder') !== 'string') throw new TypeError('its directory is not one of ACME')
  const meta = field(data, 'meta')
  const terms = field(meta, 'termsOfService')
  const profiles = field(meta, 'profiles')
  return {
    ...(typeof terms === 'string' && { termsOfService: terms }),
    profiles: typeof profiles === 'object' && profiles !== null ? Object.keys(profiles) : [],
  }
}

/** A field of what came over the wire. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (Object.getOwnPropertyDescriptor(value, name)?.value as unknown)
    : undefined
}
