import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAppFile } from './read-file.ts'

let answer: (request: IncomingMessage, response: ServerResponse) => void
let seen: IncomingMessage[]
let client: Pool

const server = createServer((request, response) => {
  seen.push(request)
  answer(request, response)
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  client = new Pool(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
})
afterAll(async () => {
  await client.destroy()
  server.close()
})
beforeEach(() => {
  seen = []
})

const read = (path: string, mostBytes = 100) =>
  readAppFile(
    {
      client: { client, patience: 5_000, assertion: async () => 'word' },
      root: '/demo/gradio_api',
      mostBytes,
    },
    path,
  )

describe('a file of the app', () => {
  it('is read by exactly its path', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('hi')
    expect(await read('/t/a b#?é%2f.txt')).toEqual({ bytes: Buffer.from('hi'), type: 'text/plain' })
    expect(seen[0]?.url).toBe('/demo/gradio_api/file=/t/a%20b%23%3F%C3%A9%252f.txt')
    expect(seen[0]?.headers).toMatchObject({ 'x-forwarded-for': '0.0.0.0' })
    expect(seen[0]?.headers).not.toHaveProperty('x-sekisho-assertion')
  })

  it.each([
    [undefined, 'application/octet-stream'],
    ['a;b', 'application/octet-stream'],
    ['text/html,x', 'application/octet-stream'],
    ['image/svg+xml', 'image/svg+xml'],
  ])('of the type %j is one of %s', async (given, type) => {
    answer = (_request, response) =>
      response.writeHead(200, given === undefined ? {} : { 'content-type': given }).end('x')
    expect(await read('/t/x')).toMatchObject({ type })
  })

  it('that is larger than allowed is not read to its end', async () => {
    answer = (_request, response) => response.writeHead(200).end('x'.repeat(101))
    expect(await read('/t/x')).toBe('large')
    expect(await read('/t/x', 101)).toMatchObject({ bytes: { length: 101 } })
  })

  it.each([403, 404, 302, 500])('that is answered by %d is absent', async (status) => {
    answer = (_request, response) => response.writeHead(status, { location: '/x' }).end()
    expect(await read('/t/x')).toBe('absent')
  })

  it('is asked for with the gate’s own word where the app wants to know who asks', async () => {
    answer = (request, response) =>
      response.writeHead(request.headers['x-sekisho-assertion'] === 'word' ? 200 : 401).end('x')
    expect(await read('/t/x')).toMatchObject({ bytes: { length: 1 } })
  })

  it('of an app that breaks off is a fault', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '50' }).write('half')
      setImmediate(() => response.destroy())
    }
    await expect(read('/t/x')).rejects.toMatchObject({ code: 'app-unreachable' })
  })
})
