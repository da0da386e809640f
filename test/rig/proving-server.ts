/** A server that judges requests as the gate does and says what it found: for pages that sign, whatever their app sends. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { describePart } from '../../src/contract/proof.ts'
import { makeProofs, type ProofJudged, type Signer } from '../../src/proof/proofs.ts'
import { readParts } from '../../src/read/multipart-reader.ts'

/** What the server saw of a request that it answered. */
export interface Seen {
  readonly proof: 'none' | 'held'
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Without the boundary of a form. */
  readonly type: string
  /** What the app itself put there. */
  readonly own: string
  readonly body: string
}

export interface Judged {
  readonly path: string
  /** `held`, `none`, or why it was refused. */
  readonly as: string
}

export interface ProvingServer {
  readonly url: string
  /** Every request but those for its own page, in order. */
  readonly judged: readonly Judged[]
  /** As after a restart: every challenge that was given is over. */
  restart(): void
  /** Asks for another key, as after another sign-in. */
  become(keyid: string, publicKey: string): void
  forget(): void
  stop(): Promise<void>
}

/** `script`: what its pages load first. */
export async function startProvingServer(script: string): Promise<ProvingServer> {
  const judged: Judged[] = []
  let proofs = start()
  let signer: Signer = { id: 'session', key: { alg: 'ecdsa-p256-sha256', keyid: 'none', key: 'none' } }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    if (pathname === '/') return send(response, 200, 'text/html', page)
    if (pathname === '/proof.js') return send(response, 200, 'text/javascript', script)
    const challenge = { 'sekisho-challenge': proofs.challenge(signer) }
    if (pathname === '/.sekisho/api/challenge') return void response.writeHead(204, challenge).end()
    if (pathname === '/.sekisho/api/session') return void response.writeHead(204).end()
    const proof = judge(request)
    const [body, signed] = await readBody(request)
    const held =
      proof.kind === 'held' && (proof.body?.sha256.toString() ?? '') === signed[proof.body?.name ?? 'none']
    const as =
      proof.kind === 'held' ? (held ? 'held' : 'proof-body') : proof.kind === 'none' ? 'none' : proof.code
    judged.push({ path: pathname, as })
    if (as !== 'held' && !(as === 'none' && pathname.startsWith('/open/')))
      return void response
        .writeHead(401, { ...challenge, 'content-type': 'application/json' })
        .end('{"no":1}')
    act(request, response, {
      path: pathname,
      to: searchParams.get('to'),
      body,
      proof: as === 'held' ? 'held' : 'none',
    })
  }

  const judge = (request: IncomingMessage): ProofJudged =>
    proofs.judge(
      {
        method: request.method ?? '',
        requestTarget: request.url ?? '',
        site: { scheme: 'http', host: request.headers.host ?? '' },
        headers: request.headers as Record<string, string>,
      },
      signer,
    )

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    judged,
    restart: () => (proofs = start()),
    become: (keyid, key) => (signer = { ...signer, key: { alg: 'ecdsa-p256-sha256', keyid, key } }),
    forget: () => void judged.splice(0),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const page =
  '<!doctype html><html><head><link rel="icon" href="data:," /><script src="/proof.js"></script></head><body></body></html>'

const start = () => makeProofs({ unseal: () => undefined }, { now: () => Date.now() })

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
}

/** The body, for a form its description, and the SHA-256 that each field would have to say. */
async function readBody(request: IncomingMessage): Promise<[body: string, signed: Record<string, string>]> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const hash = (data: string | Buffer) => createHash('sha256').update(data).digest().toString()
  const signed = { none: '', 'content-digest': bytes.length === 0 ? 'empty' : hash(bytes) }
  const boundary = /^multipart\/form-data; boundary=(.*)$/.exec(request.headers['content-type'] ?? '')?.[1]
  if (boundary === undefined)
    return [bytes.toString(), { ...signed, none: bytes.length === 0 ? '' : 'unsigned' }]
  let parts = ''
  for await (const { name, filename, content } of readParts(Readable.from([bytes]), boundary)) {
    let size = 0
    for await (const chunk of content) size += chunk.byteLength
    parts += describePart(name, filename, size)
  }
  return [parts, { none: 'unsigned', 'sekisho-parts': hash(parts) }]
}

interface Acting {
  readonly path: string
  readonly to: string | null
  readonly body: string
  readonly proof: Seen['proof']
}

function act(request: IncomingMessage, response: ServerResponse, { path, to, body, proof }: Acting): void {
  const { method = '', url = '', headers } = request
  const [, status = '', how = ''] = /^\/(?:open\/)?(\d{3})?(\w*)/.exec(path) ?? []
  if (status.startsWith('3') && to !== null)
    return void response.writeHead(Number(status), { location: to }).end()
  if (status !== '') return send(response, Number(status), 'text/plain', status)
  switch (how) {
    // Begins, and never ends.
    case 'endless':
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    case 'silent':
      return
    default: {
      const type = (headers['content-type'] ?? '').replace(/; boundary=.*/, '')
      const seen: Seen = { proof, method, target: url, type, own: String(headers['x-own'] ?? ''), body }
      send(response, 200, 'application/json', JSON.stringify(seen))
    }
  }
}
