/** The least that a proxy made of Node and undici can do: what the gate costs beyond this is the gate's own work. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool, type Dispatcher } from 'undici'
import { serveCalls } from './helper.ts'

const calls = {
  /** Answers the port. */
  listen: async (upstream: string): Promise<number> => {
    const pool = new Pool(upstream, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
    const server = createServer((request, response) => {
      const { method = 'GET', url: path = '/', headers } = request
      const body = method === 'GET' ? null : request
      const passed = { ...headers, connection: undefined }
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: (controller) => {
          response.on('drain', () => controller.resume())
          response.once('close', () => {
            if (!response.writableFinished) controller.abort(new Error('The client left.'))
          })
        },
        onResponseStart: (_, status, answered) => {
          response.writeHead(status, { ...answered, connection: 'keep-alive' })
          response.flushHeaders()
        },
        onResponseData: (controller, chunk) => {
          if (!response.write(chunk)) controller.pause()
        },
        onResponseEnd: () => response.end(),
        onResponseError: () => response.destroy(),
      }
      pool.dispatch({ method, path, headers: passed, body }, handler)
    })
    server.keepAliveTimeout = 120_000
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
}

export type BareRelayCalls = typeof calls

if (import.meta.main) serveCalls(calls)
