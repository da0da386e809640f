/** HTTPS without a CA: self-signed in the real process, own files that are replaced, sockets that were passed. */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { findPython } from '../../scripts/find-python.ts'
import { cliEntry, stateArguments } from '../../scripts/gate-process.ts'
import { freePort } from '../../scripts/loopback.ts'
import { startProcessGroup, type ProcessGroup } from '../../scripts/process-group.ts'
import { ask } from '../rig/ask.ts'
import { askHttps } from '../rig/ask-https.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { makeCertificate } from '../rig/certificate.ts'
import { startTestGate, testPassword } from '../rig/test-gate.ts'
import { startSmallGradio, type SmallGradio } from '../upstreams/small-gradio.ts'

const soon = { timeout: 60_000, interval: 100 }
const serves = 'The gate stands in front of'
let app: SmallGradio

beforeAll(async () => {
  app = await startSmallGradio()
})

afterAll(async () => {
  await app.close()
})

describe('a self-signed certificate', () => {
  it('is named by its fingerprint, kept over restarts, and asks browsers for nothing final', async () => {
    const http = await freePort()
    const args = ['--https', 'gate.test', '--host', 'other.test', '--self-signed']
    args.push('--http-listen', `127.0.0.1:${http}`)
    const gate = await startTestGate({ upstream: app.url.href, args })
    try {
      await vi.waitUntil(() => gate.process.output().includes(serves), soon)
      const printed = /^ {2}((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/m.exec(gate.process.output())?.[1]
      const answer = await askHttps({ port: gate.port, name: 'gate.test' })
      expect(answer.status).toBe(200)
      expect(answer.fingerprint).toBe(printed)
      expect(answer.headers['strict-transport-security']).toBeUndefined()
      const led = await ask(`http://127.0.0.1:${http}`, '/', {
        headers: { host: `gate.test:${http}`, accept: 'text/html' },
      })
      expect(led.headers.location).toBe(`https://gate.test:${gate.port}/`)
      for (const name of ['gate.test', 'other.test']) {
        expect(gate.process.output()).toContain(`  https://${name}:${gate.port}/\n`)
        expect(new X509Certificate(answer.certificate).checkHost(name)).toBe(name)
      }
      // The other command knows nothing of this one's options.
      const added = await gate.cli('user', 'add', 'bob')
      expect(added.stdout).toContain(`https://gate.test:${gate.port}/.sekisho/join#`)
      await gate.restart()
      expect((await askHttps({ port: gate.port })).fingerprint).toBe(printed)
    } finally {
      await gate.stop()
    }
  })
})

describe('files of the operator', () => {
  it('that are replaced are shown to new connections', async () => {
    const certificate = await makeCertificate()
    const gate = await startTestGate({ upstream: app.url.href, args: certificate.args })
    try {
      const before = await askHttps({ port: gate.port })
      const { cert, key } = certificate.files
      const made = await generate([{ name: 'commonName', value: 'localhost' }], {
        keyType: 'ec',
        algorithm: 'sha256',
      })
      await writeFile(cert, made.cert)
      await writeFile(key, made.private)
      await vi.waitUntil(
        async () => (await askHttps({ port: gate.port })).fingerprint !== before.fingerprint,
        soon,
      )
      expect(gate.process.output()).toContain('The new certificate in')
    } finally {
      await gate.stop()
      await certificate.remove()
    }
  })
})

describe('beside files of the operator', () => {
  it('plain HTTP leads to HTTPS, when it is asked for', async () => {
    const http = await freePort()
    const certificate = await makeCertificate()
    const args = [...certificate.args, '--http-listen', `127.0.0.1:${http}`]
    const gate = await startTestGate({ upstream: app.url.href, args })
    try {
      await vi.waitUntil(() => gate.process.output().includes(serves), soon)
      const open = async (host: string) =>
        ask(`http://127.0.0.1:${http}`, '/', { headers: { host, accept: 'text/html' } })
      expect((await open(`localhost:${http}`)).headers.location).toBe(`https://localhost:${gate.port}/`)
      expect((await open(`127.0.0.1:${http}`)).status).toBe(403)
    } finally {
      await gate.stop()
      await certificate.remove()
    }
  })
})

describe('a CA that never answers', () => {
  it('is not even asked by a gate that was stopped before', async () => {
    const silent = createServer()
    const asked: Socket[] = []
    silent.on('connection', (socket) => asked.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const https = {
      names: ['gate.test'],
      selfSigned: false,
      directory: `https://127.0.0.1:${port}/dir`,
      httpListen: 'off' as const,
      hsts: 'off' as const,
    }
    const stopping = AbortSignal.abort()
    const started = startGateHere({ upstream: app.url.href, config: { https }, stopping })
    await expect(started).rejects.toThrow()
    expect(asked).toEqual([])
    silent.close()
  })

  it('holds nobody up who stops the gate', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const asked = once(silent, 'connection')
    const { port } = silent.address() as AddressInfo
    const args = [
      '--https',
      'gate.test',
      '--acme-directory',
      `https://127.0.0.1:${port}/dir`,
      '--http-listen',
      'off',
    ]
    const gate = await startTestGate({ upstream: app.url.href, args })
    try {
      const [socket] = (await asked) as [Socket]
      process.kill(gate.process.pid, 'SIGTERM')
      expect(await gate.process.exited).toEqual({ code: 0, signal: null })
      expect(gate.process.output()).not.toContain('something broke')
      socket.destroy()
    } finally {
      await gate.stop()
      silent.close()
    }
  })
})

describe('sockets that were passed', () => {
  let home = ''
  let gate: ProcessGroup | undefined

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'sekisho-activated-'))
  })

  afterEach(async () => {
    await gate?.stop()
    await rm(home, { recursive: true, force: true })
  })

  async function start(address: string, names: string, ...args: readonly string[]): Promise<ProcessGroup> {
    const { command } = await findPython()
    const script = path.join(import.meta.dirname, '..', 'rig', 'activate.py')
    const count = String(names.split(':').length)
    return (gate = startProcessGroup({
      command,
      args: [
        ...[script, address, names, count, process.execPath, ...cliEntry()],
        ...['gate', '--password-stdin', ...stateArguments(home), ...args],
      ],
      cwd: home,
      stdin: `${testPassword}\n`,
    }))
  }

  function ports({ output }: ProcessGroup): readonly number[] {
    return [...output().matchAll(/^port (\d+)$/gm)].map((found) => Number(found[1]))
  }

  it('are used by name, for HTTPS and for what leads there', async () => {
    const started = await start(
      '127.0.0.1',
      'http:https',
      '--host',
      'gate.test',
      '--self-signed',
      '--https',
      app.url.href,
    )
    await vi.waitUntil(() => started.output().includes(serves), soon)
    const [http = 0, https = 0] = ports(started)
    expect((await askHttps({ port: https, name: 'gate.test' })).status).toBe(200)
    const headers = { host: `gate.test:${http}`, accept: 'text/html' }
    const led = await ask(`http://127.0.0.1:${http}`, '/', { headers })
    expect(led.headers.location).toBe(`https://gate.test:${https}/`)
  })

  it('that others reach are not served in clear', async () => {
    const started = await start('0.0.0.0', 'sekisho.socket', app.url.href)
    expect((await started.exited).code).toBe(2)
    const [port = 0] = ports(started)
    expect(started.output()).toContain(`The gate doesn't listen on 0.0.0.0:${port} without TLS`)
  })
})
