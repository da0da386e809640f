/** MCP (gradio/mcp.py 6.31.0): granted by no default policy; its older transport is closed. */
import type { RouteEntry } from '../entry.ts'
import { api, callBody, closed, route } from './route.ts'

const readFrom = 'gradio/mcp.py 6.31.0'
const tool = [{ object: 'tool', in: 'body', name: 'params.name' }] as const

export const mcp: readonly RouteEntry[] = [
  route({
    id: 'mcp.schema',
    methods: ['GET', 'HEAD'],
    path: `${api}/mcp/schema`,
    action: 'readSchema',
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
  // One stream of one session id answers for messages posted elsewhere; nothing ties the two to one caller.
  closed({ id: 'mcp.sse', methods: ['GET', 'HEAD'], path: `${api}/mcp/sse`, action: 'useMcp', readFrom }),
  closed({
    id: 'mcp.messages',
    methods: ['GET', 'POST'],
    path: `${api}/mcp/messages/{rest...}`,
    action: 'useMcp',
    readFrom,
  }),
  closed({
    id: 'mcp.bare',
    methods: ['GET', 'POST', 'DELETE'],
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
]
