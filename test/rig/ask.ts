/**
 * One HTTP request exactly as told: any Host, any path, any source address; nothing is followed, and nothing added but the
 * signature that a browser would add to requests of a session that signed in from here.
 */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http'
import { paths } from '../../src/contract/contract.ts'
import { findSigner, type Signer } from './signer.ts'

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** A loopback address to call from: `127.0.0.7` is another machine to whoever counts by address. */
  readonly from?: string
  readonly agent?: Agent
  /** The head of the answer is enough; then hang up. */
  readonly headOnly?: boolean
  /** Without the signature. */
  readonly unsigned?: boolean
}

export interface Asked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly setCookies: readonly string[]
  readonly body: string
}

/** `path` goes out as it is. Of an event stream the first piece is the answer, since it may never end. */
export async function ask(url: string, path: string, asking: Asking = {}): Promise<Asked> {
  const signer = asking.unsigned === true ? undefined : findSigner(url, asking.headers?.['cookie'])
  if (signer === undefined) return askOnce(url, path, asking)
  const counter = signer.count()
  const first = await askOnce(url, path, await signed(url, path, asking, signer, counter))
  // As the page does: a challenge that is over is answered with the next one, and the request repeated once.
  if (!signer.hear(first.headers) || first.status !== 401) return first
  return askOnce(url, path, await signed(url, path, asking, signer, counter))
}

/** The header fields of a request by hand, signed as `ask` would; `body`: what will have been sent at the end. */
export async function signedFields(
  url: string,
  path: string,
  asking: Pick<Asking, 'method' | 'headers' | 'body'>,
): Promise<Readonly<Record<string, string>>> {
  const signer = findSigner(url, asking.headers?.['cookie'])
  const ready = signer === undefined ? asking : await signed(url, path, asking, signer)
  return ready.headers ?? {}
}

async function signed(
  url: string,
  path: string,
  asking: Asking,
  signer: Signer,
  counter?: number,
): Promise<Asking> {
  const { method = 'GET', headers = {}, body } = asking
  const site = siteOf(url, headers)
  if (signer.challenge === undefined) {
    const { cookie = '', host } = headers
    const from = asking.from === undefined ? {} : { from: asking.from }
    const fields = host === undefined ? { cookie } : { cookie, host }
    signer.hear((await askOnce(url, paths.challenge, { ...from, headers: fields })).headers)
    if (signer.challenge === undefined) return asking
  }
  const fields = signer.sign({ method, origin: site, path, ...(body !== undefined && { body }) }, counter)
  return { ...asking, headers: { ...headers, ...fields } }
}

function siteOf(url: string, headers: Readonly<Record<string, string>>): string {
  const { protocol, host } = new URL(url)
  return URL.parse(`${protocol}//${headers['host'] ?? host}`)?.origin ?? new URL(url).origin
}

function askOnce(url: string, path: string, asking: Asking): Promise<Asked> {
  const { hostname, port } = new URL(url)
  const { method = 'GET', headers = {}, body, from, agent, headOnly = false } = asking
  return new Promise((resolve, reject) => {
    const sent = request({
      host: hostname,
      port,
      path,
      method,
      headers: { ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers },
      ...(from === undefined ? {} : { localAddress: from }),
      ...(agent === undefined ? {} : { agent }),
    })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      let text = ''
      const finish = () => {
        answer.off('end', finish)
        const setCookies = answer.headers['set-cookie'] ?? []
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, setCookies, body: text })
      }
      if (headOnly) {
        finish()
        sent.destroy()
        return
      }
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        text += piece
        // An event stream has no end to wait for: its first events tell.
        if (answer.headers['content-type']?.startsWith('text/event-stream') === true && text.length > 0) {
          finish()
          sent.destroy()
        }
      })
      answer.on('end', finish)
      answer.on('error', finish)
    })
    sent.end(body)
  })
}

export function askJson(url: string, path: string, body: unknown, asking: Asking = {}): Promise<Asked> {
  return ask(url, path, {
    method: 'POST',
    ...asking,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...asking.headers },
  })
}
