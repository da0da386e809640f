/** Servers and their addresses. */
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { bind } from './bind.ts'

const servers: Server[] = []

function server(): Server {
  const made = createServer()
  servers.push(made)
  return made
}

afterEach(() => {
  for (const one of servers.splice(0)) if (one.listening) one.close()
})

test('a free port is taken', async () => {
  const { address, port } = await bind(server(), { host: '127.0.0.1', port: 0 })
  expect(address).toBe('127.0.0.1')
  expect(port).toBeGreaterThan(0)
})

test('everywhere is every family that the machine has', async () => {
  const { address } = await bind(server(), { host: '::', port: 0 })
  expect(['::', '0.0.0.0']).toContain(address)
})

test('a port that is taken is said in words', async () => {
  const { port } = await bind(server(), { host: '127.0.0.1', port: 0 })
  await expect(bind(server(), { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'address-unusable',
    message: `Can't listen on 127.0.0.1:${port}: another program listens there. Stop it, or choose another port, as in --listen 127.0.0.1:${8000 + (port % 1000)}.`,
  })
})

test('another port is proposed at the same address, which a port alone would not mean', async () => {
  const { port, address } = await bind(server(), { host: '::', port: 0 })
  const at = address === '::' ? '[::]' : address
  await expect(bind(server(), { host: '::', port })).rejects.toThrow(
    `Can't listen on [::]:${port}: another program listens there. Stop it, or choose another port, as in --listen ${at}:${8000 + (port % 1000)}.`,
  )
})

test("an address of somebody else's is said in words", async () => {
  await expect(bind(server(), { host: '192.0.2.254', port: 0 })).rejects.toMatchObject({
    code: 'address-unusable',
    message: "Can't listen on 192.0.2.254:0: no interface of this machine has that address.",
  })
})

test('a descriptor that is no socket is said in words', async () => {
  await expect(bind(server(), { fd: 9999 })).rejects.toThrow("Can't listen on the socket that was passed")
})
