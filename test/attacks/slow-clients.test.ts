/**
 * The story: one machine holds thousands of connections open by sending a byte now and then, in the header, in a body,
 * after it was refused already, or nothing at all, until nobody else gets one. The gate hangs up.
 */
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { paths } from '../../src/contract/contract.ts'
import { ask } from '../rig/ask.ts'
import { rawRequest } from '../rig/raw-http.ts'
import { useApp, useGate, useSession } from './targets.ts'

const app = useApp('careless')
// Without a signature it would be refused before anything is slow.
const gate = useGate(app, { config: { proof: { ...defaults.proof, calls: 'optional' } } })
const session = useSession(gate, { keyless: true })

const json = 'Content-Type: application/json'

interface Ended {
  /** Who hung up: `gate` is what must happen, `patience` that it did not. */
  readonly by: 'gate' | 'patience'
  readonly status: string | undefined
}

/** Sends the beginning and then a byte twice a second, until the other side hangs up. */
function drip(port: number, beginning: string, byte: string): Promise<Ended> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    const dripping = setInterval(() => byte !== '' && socket.write(byte), 500)
    const finish = (by: Ended['by']) => {
      clearInterval(dripping)
      clearTimeout(patience)
      socket.destroy()
      resolve({ by, status: /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] })
    }
    const patience = setTimeout(finish, 60_000, 'patience')
    socket.on('connect', () => beginning !== '' && socket.write(beginning))
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      finish('gate')
    })
  })
}

describe.concurrent('a client that takes its time', () => {
  it('is cut when it sends nothing', async () => {
    expect((await drip(gate().port, '', '')).by).toBe('gate')
  })

  it('is cut when it drips the header', async () => {
    const beginning = 'GET /config HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: '
    expect(await drip(gate().port, beginning, 'a')).toEqual({ by: 'gate', status: '408' })
  })

  it('is cut when it drips the second header of a connection', async () => {
    const beginning = `${rawRequest('GET /.sekisho/health')}GET /config HTTP/1.1\r\nX-A: `
    expect((await drip(gate().port, beginning, 'a')).by).toBe('gate')
  })

  it('is cut when it drips the body of a login', async () => {
    const beginning = rawRequest(
      `POST ${paths.loginStart}`,
      [json, 'Content-Length: 4000'],
      '{"startLoginRequest":"',
    )
    expect(await drip(gate().port, beginning, 'a')).toEqual({ by: 'gate', status: '408' })
  })

  it('is cut when it drips the body of a login in chunks', async () => {
    const beginning = rawRequest(`POST ${paths.loginStart}`, [json, 'Transfer-Encoding: chunked'])
    expect(await drip(gate().port, beginning, '1\r\na\r\n')).toEqual({ by: 'gate', status: '408' })
  })

  it('is cut when it drips the body of a call', async () => {
    const headers = [json, 'Content-Length: 4000', `Cookie: ${session()}`]
    const beginning = rawRequest('POST /gradio_api/run/predict', headers, '{"data":["')
    expect(await drip(gate().port, beginning, 'a')).toEqual({ by: 'gate', status: '408' })
  })

  it('is cut when it drips an upload', async () => {
    const headers = [
      'Content-Type: multipart/form-data; boundary=x',
      'Content-Length: 4000',
      `Cookie: ${session()}`,
    ]
    const beginning = rawRequest('POST /gradio_api/upload', headers, '--x\r\n')
    expect((await drip(gate().port, beginning, 'a')).by).toBe('gate')
  })

  it('is cut when it was refused and drips on: by a stranger', async () => {
    const beginning = rawRequest('POST /gradio_api/run/predict', [json, 'Content-Length: 4000'], '{')
    expect(await drip(gate().port, beginning, 'a')).toEqual({ by: 'gate', status: '401' })
  })

  it('is cut when it was refused and drips on: where the message itself was', async () => {
    const beginning = rawRequest('POST //config', [json, 'Content-Length: 40000000000'], '{')
    expect(await drip(gate().port, beginning, 'a')).toEqual({ by: 'gate', status: '400' })
  })

  it('is cut when it was answered and drips on a body that nobody asked for', async () => {
    const headers = [json, 'Content-Length: 4000']
    expect((await drip(gate().port, rawRequest('GET /.sekisho/health', headers, '{'), 'a')).by).toBe('gate')
  })

  it('is cut when it waits to be told to go on, was refused, and drips all the same', async () => {
    const headers = [json, 'Content-Length: 4000', 'Expect: 100-continue']
    const beginning = rawRequest('POST /gradio_api/run/predict', headers)
    expect(await drip(gate().port, beginning, 'a')).toEqual({ by: 'gate', status: '401' })
  })

  it('is cut when it asks for much and reads nothing', { timeout: 180_000 }, async () => {
    const { url, port } = gate()
    const page = await (await fetch(`${url}${paths.login}`)).text()
    const script = /\/\.sekisho\/assets\/[^"]+\.js/.exec(page)?.[0] ?? expect.fail('the page has no script')
    expect(await askWithoutReading(port, rawRequest(`GET ${script}`).repeat(2_000))).toBe('gate')
  })

  it('is not cut while it waits for a function that takes its time', { timeout: 180_000 }, async () => {
    // Longer than any of the limits above; the app says nothing until the end.
    const answer = await ask(gate().url, '/gradio_api/run/sleep', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: session() },
      body: '{"data":[65]}',
    })
    expect(answer.body).toContain('slept')
  })
})

/** Sends it all and never takes a byte; answers who hung up. */
function askWithoutReading(port: number, bytes: string): Promise<Ended['by']> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const finish = (by: Ended['by']) => {
      clearInterval(writing)
      clearTimeout(patience)
      socket.destroy()
      resolve(by)
    }
    const patience = setTimeout(finish, 150_000, 'patience')
    // A socket that is paused hears of a reset when it writes.
    const writing = setInterval(() => socket.write('x'), 1_000)
    socket.pause()
    socket.on('connect', () => socket.write(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      finish('gate')
    })
  })
}

describe('a client that asks without waiting for answers', () => {
  it('is cut after a handful, instead of piling up answers', async () => {
    const flood = rawRequest('GET /.sekisho/health').repeat(100)
    const answers = await new Promise<number>((resolve) => {
      const socket = connect(gate().port, '127.0.0.1')
      let text = ''
      socket.on('connect', () => socket.write(flood))
      socket.on('data', (bytes) => (text += bytes.toString('latin1')))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        resolve(text.split('HTTP/1.1 200').length - 1)
      })
    })
    expect(answers).toBeLessThan(100)
  })
})
