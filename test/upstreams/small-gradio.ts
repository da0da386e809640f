/** An app that passes the gate's checks and holds streams open: enough for tests that are about something else. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { startUpstream, type Reached, type Upstream } from './start-upstream.ts'

export interface SmallGradio extends Upstream {
  /** Sends a piece into every stream that is open. */
  announce(text: string): void
}

export const streamPath = '/gradio_api/queue/data?session_hash=abcdefghijk'

const config = JSON.stringify({ version: '6.31.0', components: [], dependencies: [], pages: [['', '']] })
const bodies: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/': [
    'text/html',
    '<!doctype html><html><head><script>window.gradio_config = {}</script></head><body>hello</body></html>',
  ],
  '/config': ['application/json', config],
  '/gradio_api/app_id': ['application/json', '{"app_id":1}'],
  '/gradio_api/info': ['application/json', '{}'],
}

export async function startSmallGradio(): Promise<SmallGradio> {
  const streams = new Set<ServerResponse>()
  const answer = ({ target }: Reached, _message: IncomingMessage, response: ServerResponse) => {
    const found = bodies[target]
    if (found !== undefined) response.writeHead(200, { 'content-type': found[0] }).end(found[1])
    else if (target === streamPath) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      streams.add(response)
    } else response.writeHead(404).end()
  }
  const upstream = await startUpstream(answer)
  return {
    ...upstream,
    announce: (text) => {
      for (const stream of streams) stream.write(`data: ${text}\n\n`)
    },
  }
}
