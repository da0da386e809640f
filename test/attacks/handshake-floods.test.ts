/**
 * The story: one machine begins TLS again and again and asks for nothing. Each handshake costs the gate a signature, on the
 * one thread that serves everybody. It is cut at its own pace, stands in the log, and others sign in meanwhile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPath, type Path } from '../path/start-path.ts'
import { makePair } from '../rig/certificate.ts'
import { comeFrom, type Street } from '../rig/come-from.ts'
import { askHttp2, openHttp2 } from '../rig/http2-client.ts'
import { logIn, type LogInOptions } from '../rig/log-in.ts'
import { shakeHandsOften } from '../rig/shake-hands.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'

const burst = 20
const flood = 200
const password = 'a lighthouse for everybody'

let upstream: Upstream
let path: Path
let rude: Street
let honest: Street

beforeAll(async () => {
  const tls = await makePair()
  upstream = await startUpstream((_request, _message, response) => void response.end('{}'))
  path = await startPath({ upstream, tls, handshakes: { burst, intervalMs: 60_000 } })
  await path.users.setSharedPassword(password)
  rude = await comeFrom(path.server, '203.0.113.7')
  honest = await comeFrom(path.server, '203.0.113.8')
})

afterAll(async () => {
  rude.close()
  honest.close()
  await path.close()
  await upstream.close()
})

/** As a browser: all of it over one connection. */
const over =
  (session: Awaited<ReturnType<typeof openHttp2>>): NonNullable<LogInOptions['send']> =>
  async (url, target, body) => {
    const sent = JSON.stringify(body)
    const head = { ':method': 'POST', ':path': target, origin: url, 'content-type': 'application/json' }
    const answer = await askHttp2(session, head, sent)
    const cookies = [answer.headers['set-cookie'] ?? []].flat().map((line) => ['set-cookie', line] as const)
    const empty = answer.status === 204
    return new Response(empty ? null : answer.body.toString(), {
      status: answer.status,
      headers: cookies.map(([name, value]): [string, string] => [name, value]),
    })
  }

describe('a flood of handshakes', () => {
  it('is blocked by the gate: one address is cut, and somebody at another one signs in', async () => {
    expect(await shakeHandsOften(rude.port, flood)).toBe(burst)
    const url = `https://127.0.0.1:${String(honest.port)}`
    const session = await openHttp2(url)
    try {
      expect(await logIn({ url, password, send: over(session) })).toContain('sekisho-test=')
    } finally {
      session.destroy()
    }
  })

  it('is on record, each connection as one that was dropped', () => {
    const dropped = path.audit.events.flatMap((event) =>
      event.kind === 'request.refused' && event.code === 'connection-dropped' ? [event.asker.address] : [],
    )
    expect(dropped).toEqual(Array.from({ length: flood - burst }, () => '203.0.113.7'))
  })
})
