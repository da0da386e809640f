import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import type { ClientAddress, Misreceived, Source } from '../request.ts'
import { refuse } from '../refusals.ts'
import { reply } from './reply.ts'

it('sends the head of an event stream before its first event', async () => {
  const request: Misreceived = {
    id: 'r',
    method: 'GET',
    client: '127.0.0.1' as ClientAddress,
    userAgent: '',
    at: 0,
    refusal: refuse('message-malformed'),
  }
  const silent: Source = {
    start: () => ({ drained: () => undefined, abandon: () => undefined }),
    ended: Promise.resolve('finished'),
  }
  const server = createServer((_message, response) => {
    const headers = { 'content-type': 'text/event-stream; charset=utf-8' }
    const body = { kind: 'stream', source: silent } as const
    reply(request, { kind: 'answer', status: 200, headers, body }, response, () => new Uint8Array())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // Resolves with the head; the body never comes.
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  expect(answer.status).toBe(200)
  await answer.body?.cancel()
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})
