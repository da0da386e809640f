/**
 * The app behind small requests, transfers and idle streams: a process that answers as Gradio would, at next to no
 * cost, so that what is measured is the proxy. Its configuration is what the gate looks at before it opens.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveCalls } from './helper.ts'

/** Bytes of a small answer. */
export const smallBytes = 1024

export const appPaths = {
  asset: '/assets/index.js',
  config: '/config',
  upload: '/gradio_api/upload',
  /** Followed by the number of bytes to send. */
  file: '/gradio_api/file=/srv/sekisho-bench/',
  stream: '/gradio_api/queue/data?session_hash=',
} as const

/** Sizes of the files that the app shows to everybody, so that whoever signed in may read them. */
export const fileSizes = [20_000_000, 200_000_000] as const

const shown = {
  id: 1,
  type: 'file',
  props: {
    name: 'file',
    value: fileSizes.map((bytes) => ({
      path: `/srv/sekisho-bench/${String(bytes)}`,
      meta: { _type: 'gradio.FileData' },
    })),
  },
}
const layout = { id: 0, children: [{ id: 1 }] }
const declared = JSON.stringify({
  ...{ version: '6.31.0', app_id: 1, components: [shown], dependencies: [], layout },
  ...{ pages: [['', '', true]], page: { '': { layout, components: [1], dependencies: [] } } },
})
const info = '{"named_endpoints":{},"unnamed_endpoints":{}}'
const config = padded(declared)
const asset = padded('export const nothing = 0')
const page = Buffer.from(
  `<!doctype html><html><head><script>window.gradio_config = ${declared};</script>` +
    `<script>window.gradio_api_info = ${info};</script></head></html>`,
)
const chunk = Buffer.alloc(64 * 1024, 'x')

const streams = new Set<ServerResponse>()

/** JSON and JavaScript both end well in blanks. */
function padded(text: string): Buffer {
  return Buffer.from(text.padEnd(smallBytes))
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const target = request.url ?? ''
  if (target === appPaths.asset) send(response, 'text/javascript', asset)
  else if (target.startsWith(appPaths.config)) send(response, 'application/json', config)
  else if (target === '/') send(response, 'text/html; charset=utf-8', page)
  else if (target === '/gradio_api/app_id') send(response, 'application/json', Buffer.from('{"app_id":1}'))
  else if (target.startsWith('/gradio_api/info')) send(response, 'application/json', Buffer.from(info))
  else if (target.startsWith(appPaths.stream)) openStream(response)
  else if (target.startsWith(appPaths.file))
    void sendFile(Number(target.slice(appPaths.file.length)), response)
  else if (target === appPaths.upload) takeUpload(request, response)
  else response.writeHead(404, { 'content-length': '0' }).end()
}

function send(response: ServerResponse, type: string, body: Buffer): void {
  response.writeHead(200, { 'content-type': type, 'content-length': String(body.byteLength) }).end(body)
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  streams.add(response)
  response.once('close', () => streams.delete(response))
}

async function sendFile(bytes: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(bytes) })
  for (let left = bytes; left > 0 && !response.destroyed; left -= chunk.byteLength) {
    if (!response.write(left < chunk.byteLength ? chunk.subarray(0, left) : chunk))
      await once(response, 'drain')
  }
  response.end()
}

function takeUpload(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0
  request.on('data', (piece: Buffer) => (bytes += piece.byteLength))
  request.on('end', () => send(response, 'application/json', Buffer.from(JSON.stringify([bytes]))))
}

const calls = {
  listen: async (): Promise<number> => {
    // Longer than any pause between two rounds, so that no proxy meets a closing connection.
    const server = createServer({ keepAliveTimeout: 120_000 }, answer)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
  /** One event into every open stream; answers how many there are. */
  announce: async (): Promise<number> => {
    for (const stream of streams) stream.write('data: {"msg":"estimation"}\n\n')
    return streams.size
  },
  countStreams: async (): Promise<number> => streams.size,
}

export type SmallAppCalls = typeof calls

if (import.meta.main) serveCalls(calls)
