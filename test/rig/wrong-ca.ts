/** A CA that answers whatever a test wants, right or wrong, over HTTPS on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generate } from 'selfsigned'

export type AnswerAs = (request: IncomingMessage, response: ServerResponse) => void

export interface WrongCa {
  readonly directory: string
  readonly caFile: string
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[]
  remove(): Promise<void>
}

export async function startWrongCa(answerAs: AnswerAs): Promise<WrongCa> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-wrong-ca-'))
  const caFile = path.join(folder, 'own.pem')
  const made = await generate([{ name: 'commonName', value: 'A wrong CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  await writeFile(caFile, made.cert)
  const asked: string[] = []
  const server = createServer({ cert: made.cert, key: made.private }, (request, response) => {
    asked.push(request.url ?? '')
    request.resume()
    answerAs(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    directory: `https://127.0.0.1:${(server.address() as AddressInfo).port}/dir`,
    caFile,
    asked,
    remove: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}

/** Right as far as a new account; `after` answers what comes then. */
export function soundUntil(stop: 'newAccount' | 'newOrder', after: AnswerAs): AnswerAs {
  return (request, response) => {
    const base = `https://${request.headers.host ?? ''}`
    const to = { newNonce: `${base}/nonce`, newAccount: `${base}/account`, newOrder: `${base}/order` }
    if (request.url === '/dir') answer(response, 200, to)
    else if (request.url === '/nonce') answer(response, 200, {})
    else if (request.url === '/account' && stop === 'newOrder')
      answer(response, 201, {}, { location: `${base}/account/1` })
    else after(request, response)
  }
}

export function answer(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'replay-nonce': 'once', ...headers })
  response.end(JSON.stringify(value))
}
