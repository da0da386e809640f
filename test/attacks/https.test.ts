/**
 * The story: the gate serves HTTPS itself, and somebody opens connections whose handshake never ends. Each keeps a
 * socket; when all are taken nobody gets in. The gate hangs up on them, and serves the others meanwhile.
 */
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate, type Certificate } from '../rig/certificate.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'
import { useApp } from './targets.ts'

const app = useApp('careless')
let certificate: Certificate
let gate: TestGate

beforeAll(async () => {
  certificate = await makeCertificate()
  gate = await startTestGate({ upstream: app().url, args: certificate.args })
})

afterAll(async () => {
  await gate.stop()
  await certificate.remove()
})

function get(path: string): Promise<{ status: number | undefined; protocol: string | null }> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest({
      host: '127.0.0.1',
      servername: 'localhost',
      port: gate.port,
      path,
      ca: certificate.text,
      agent: false,
      headers: { host: 'localhost' },
    })
    asked.on('response', (answer) => {
      const protocol = (answer.socket as unknown as { getProtocol(): string | null }).getProtocol()
      answer.resume().on('end', () => resolve({ status: answer.statusCode, protocol }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the gate over HTTPS', () => {
  it('asks to sign in, over a modern protocol', async () => {
    expect(gate.url).toMatch(/^https:/)
    expect(await get('/config')).toEqual({ status: 401, protocol: 'TLSv1.3' })
  })

  it('hangs up on handshakes that never end, and serves others meanwhile', async () => {
    const hello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
    const stalled = Array.from({ length: 20 }, (_, at) => {
      const socket = connect(gate.port, '127.0.0.1')
      socket.on('error', () => undefined)
      if (at % 2 === 0) socket.write(hello)
      return new Promise<void>((resolve) => socket.once('close', () => resolve()))
    })
    expect((await get('/.sekisho/health')).status).toBe(200)
    await Promise.all(stalled)
    expect((await get('/.sekisho/health')).status).toBe(200)
  })
})
