/** An app that passes the gate's checks and holds streams open: enough for tests that are about something else. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describeSmallApp } from './small-config.ts'
import { startUpstream, type Reached, type Upstream } from './start-upstream.ts'

export interface SmallGradio extends Upstream {
  /** Sends a piece into every stream that is open. */
  announce(text: string): void
}

export const streamPath = '/gradio_api/queue/data?session_hash=abcdefghijk'

export async function startSmallGradio(): Promise<SmallGradio> {
  const streams = new Set<ServerResponse>()
  const answer = ({ target }: Reached, _message: IncomingMessage, response: ServerResponse) => {
    const found = describeSmallApp(target)
    if (found !== undefined) response.writeHead(200, { 'content-type': found.type }).end(found.body)
    // A gate makes the session's name longer.
    else if (target === streamPath || target.startsWith(`${streamPath}.`)) {
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
