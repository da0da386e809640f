/** Renewal in the real process, with a CA whose certificates last seconds: nothing is dropped, nothing is ever half. */
import { readdir, readFile, unlink, watch } from 'node:fs/promises'
import { request } from 'node:https'
import path from 'node:path'
import { Agent, fetch } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { examine, splitPair } from '../../src/certificates/pair.ts'
import { paths } from '../../src/contract/contract.ts'
import { askHttps } from '../rig/ask-https.ts'
import { logIn, type LogInOptions } from '../rig/log-in.ts'
import { startPebble, type PebbleCa, type PebbleOptions } from '../rig/pebble.ts'
import { findSigner } from '../rig/signer.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'
import { startSmallGradio, streamPath, type SmallGradio } from '../upstreams/small-gradio.ts'

const soon = { timeout: 60_000, interval: 100 }
let ca: PebbleCa | undefined
let app: SmallGradio | undefined
let gate: TestGate | undefined

beforeEach(async () => {
  app = await startSmallGradio()
})

afterEach(async () => {
  await gate?.stop()
  await app?.close()
  await ca?.remove()
  ca = app = gate = undefined
})

interface Standing {
  readonly ca: PebbleCa
  readonly app: SmallGradio
  readonly gate: TestGate
}

/** The gate for 127.0.0.1, where the CA looks for it; resolves when it serves. */
async function start(lifetime: number, args: readonly string[] = []): Promise<Standing> {
  const options: PebbleOptions = { lifetimes: { default: lifetime, shortlived: lifetime } }
  const standing = { ca: (ca = await startPebble(options)), app: given(app) }
  gate = await startTestGate({
    upstream: standing.app.url.href,
    config: `https: { names: [127.0.0.1], directory: "${ca.directory}", ca_file: "${ca.caFile}", http_listen: "127.0.0.1:${ca.ports.http}" }`,
    args: ['--https', ...args],
  })
  await untilItServes(gate)
  return { ...standing, gate }
}

function given<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError('started before each test')
  return part
}

async function untilItServes({ process }: TestGate): Promise<void> {
  await vi.waitUntil(() => {
    if (!process.running) throw new TypeError(process.output())
    return process.output().includes('The gate stands in front of')
  }, soon)
}

/** How often the gate has said this by now. */
function countSaid(words: string): number {
  return given(gate).process.output().split(words).length - 1
}

async function shown(port: number): Promise<string> {
  return (await askHttps({ port })).fingerprint
}

describe('a renewal', () => {
  it('leaves open streams alone; new connections get the new certificate', async () => {
    const standing = await start(12, ['--acme-email', 'operator@example.org'])
    const { port } = standing.gate
    const root = await standing.ca.root()
    const cookie = await signIn(standing.gate, root)
    const stream = await openStream(port, root, cookie)
    const first = await shown(port)
    await vi.waitUntil(async () => (await shown(port)) !== first, soon)
    standing.app.announce('still here')
    await vi.waitUntil(() => stream.text().includes('still here'), soon)
    expect(stream.ended()).toBe(false)
    stream.close()
    expect((await askHttps({ port, ca: root })).status).toBe(200)
  })

  it('that fails is said, recorded and tried again, and the old certificate serves meanwhile', async () => {
    const standing = await start(30)
    const { port } = standing.gate
    const first = await shown(port)
    await standing.ca.stop()
    await vi.waitUntil(() => countSaid('Warning: the certificate could not be renewed.') === 1, soon)
    expect(standing.gate.process.output()).toMatch(
      /can't be reached: nobody listens there\. It is good until/,
    )
    expect(await shown(port)).toBe(first)
    // It has forgotten the account, too.
    await standing.ca.start()
    await vi.waitUntil(async () => (await shown(port)) !== first, soon)
    expect((await askHttps({ port, ca: await standing.ca.root() })).status).toBe(200)
    const log = await readLog(standing.gate)
    expect(log).toContain('x_certificate_renewal_failed')
    expect(log.match(/x_certificate_obtained/g)?.length).toBe(2)
  })

  it('that fails for a file of ours is said too', async () => {
    const standing = await start(6)
    await unlink(standing.ca.caFile)
    const words = `Warning: the certificate could not be renewed. https.ca_file: the file ${standing.ca.caFile} can't be read.`
    await vi.waitUntil(() => countSaid(words) > 0, soon)
    expect(await readLog(standing.gate)).toContain('x_certificate_renewal_failed')
  })

  it('in which the process is killed leaves a whole certificate, which the next start takes', async () => {
    const standing = await start(6)
    for (const file of [/draft/, /^certificate\.pem\.draft/, /^certificate\.pem$/]) {
      await untilTouched(standing.gate, file)
      await standing.gate.restart('kill')
      expect(await keptPair(standing.gate)).not.toHaveProperty('trouble')
      await untilItServes(standing.gate)
      // It lasts for seconds: what was whole may have ended by now, and then the next one is on its way.
      const root = await standing.ca.root()
      await vi.waitFor(async () => {
        expect((await askHttps({ port: standing.gate.port, ca: root })).status).toBe(200)
      }, soon)
    }
  })
})

/** Resolves at the very moment that such a file appears or changes. */
async function untilTouched({ home }: TestGate, file: RegExp): Promise<void> {
  const folder = path.join(home, 'state', 'certificates')
  const [name = ''] = await readdir(folder)
  for await (const { filename } of watch(path.join(folder, name))) if (file.test(filename ?? '')) return
}

async function keptPair({ home }: TestGate): Promise<object> {
  const folder = path.join(home, 'state', 'certificates')
  const [name = ''] = await readdir(folder)
  const pair = splitPair(await readFile(path.join(folder, name, 'certificate.pem'), 'utf8'))
  return pair === undefined ? { trouble: 'no pair' } : examine(pair)
}

async function readLog({ home }: TestGate): Promise<string> {
  const folder = path.join(home, 'state', 'audit')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'))
  return (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('')
}

async function signIn({ port, password }: TestGate, root: string): Promise<string> {
  const dispatcher = new Agent({ connect: { ca: root } })
  const send: LogInOptions['send'] = async (url, to, body) => {
    const answer = await fetch(new URL(to, url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: new URL(url).origin,
        'sec-fetch-site': 'same-origin',
      },
      body: JSON.stringify(body),
      dispatcher,
    })
    return answer
  }
  const cookie = await logIn({ url: `https://127.0.0.1:${port}`, password, send })
  await dispatcher.close()
  return cookie
}

/** Resolves when the head of the stream is here. */
async function openStream(port: number, ca: string, cookie: string) {
  const origin = `https://127.0.0.1:${port}`
  const signer = findSigner(origin, cookie)
  signer?.hear((await askHttps({ port, ca, path: paths.challenge, headers: { cookie } })).headers)
  const signature = signer?.sign({ method: 'GET', origin, path: streamPath })
  return new Promise<{ text(): string; ended(): boolean; close(): void }>((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: streamPath,
      ca,
      agent: false,
      headers: { cookie, host: `127.0.0.1:${port}`, ...signature },
    })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      if (answer.statusCode !== 200) reject(new TypeError(`answered with ${String(answer.statusCode)}`))
      let [text, ended] = ['', false]
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => (text += piece))
      answer.on('close', () => (ended = true))
      resolve({ text: () => text, ended: () => ended, close: () => asked.destroy() })
    })
    asked.end()
  })
}
