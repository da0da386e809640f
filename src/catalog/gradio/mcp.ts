/** MCP (gradio/mcp.py 6.31.0): granted by no default policy. What a message asks for is looked up like any call. */
import type { RouteEntry } from '../entry.ts'
import { api, callBody, closed, route } from './route.ts'

const readFrom = 'gradio/mcp.py 6.31.0'
const tool = [{ object: 'tool', in: 'body', name: 'params.name' }] as const

export const mcp = [
  route({
    id: 'mcp.schema',
    methods: ['GET', 'HEAD'],
    path: `${api}/mcp/schema`,
    action: 'useMcp',
    repeatable: true,
    readFrom,
  }),
  route({
    id: 'mcp.call',
    methods: ['POST'],
    path: `${api}/mcp/`,
    action: 'useMcp',
    names: tool,
    body: callBody,
    answer: 'events',
    stream: true,
    readFrom,
  }),
  route({
    id: 'mcp.call.http',
    methods: ['POST'],
    path: `${api}/mcp/http[/]`,
    action: 'useMcp',
    names: tool,
    body: callBody,
    answer: 'events',
    stream: true,
    readFrom,
  }),
  // Gradio sends on to the address with a slash; the gate asks there at once.
  route({
    id: 'mcp.call.bare',
    methods: ['POST'],
    path: `${api}/mcp`,
    action: 'useMcp',
    names: tool,
    body: callBody,
    answer: 'events',
    stream: true,
    readFrom,
  }),
  // A client asks whether there is a stream of the server's own messages (2025-06-18, Transports). Gradio has none to offer.
  route({ id: 'mcp.listen', methods: ['GET'], path: `${api}/mcp/`, action: 'useMcp', readFrom }),
  route({ id: 'mcp.listen.bare', methods: ['GET'], path: `${api}/mcp`, action: 'useMcp', readFrom }),
  route({ id: 'mcp.listen.http', methods: ['GET'], path: `${api}/mcp/http[/]`, action: 'useMcp', readFrom }),
  // The older transport: a stream, and messages for it that are posted elsewhere. The ledger ties the two to one owner.
  route({
    id: 'mcp.stream',
    methods: ['GET'],
    path: `${api}/mcp/sse`,
    action: 'useMcp',
    answer: 'events',
    stream: true,
    readFrom,
  }),
  route({
    id: 'mcp.post',
    methods: ['POST'],
    path: `${api}/mcp/messages[/]`,
    action: 'useMcp',
    names: [{ object: 'session', in: 'query', name: 'session_id' }, ...tool],
    body: callBody,
    readFrom,
  }),
  closed({ id: 'mcp.stream.probe', methods: ['HEAD'], path: `${api}/mcp/sse`, action: 'useMcp', readFrom }),
  closed({
    id: 'mcp.messages',
    methods: ['GET', 'POST'],
    path: `${api}/mcp/messages/{rest...}`,
    action: 'useMcp',
    readFrom,
  }),
  closed({
    id: 'mcp.bare',
    methods: ['DELETE'],
    path: `${api}/mcp`,
    action: 'useMcp',
    readFrom,
  }),
  closed({
    id: 'mcp.rest',
    methods: ['GET', 'POST', 'DELETE'],
    path: `${api}/mcp/{rest...}`,
    action: 'useMcp',
    readFrom,
  }),
] as const satisfies readonly RouteEntry[]
