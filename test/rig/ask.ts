/** One HTTP request exactly as told: any Host, any path, any source address; nothing is followed or added. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http'

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** A loopback address to call from: `127.0.0.7` is another machine to whoever counts by address. */
  readonly from?: string
  readonly agent?: Agent
  /** The head of the answer is enough; then hang up. */
  readonly headOnly?: boolean
}

export interface Asked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly setCookies: readonly string[]
  readonly body: string
}

/** `path` goes out as it is. Of an event stream the first piece is the answer, since it may never end. */
export function ask(url: string, path: string, asking: Asking = {}): Promise<Asked> {
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
