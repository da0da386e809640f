/** `--https` against a real CA (Pebble): names and addresses, by either challenge, and what is said when it fails. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AcmeSource } from '../../src/certificates/acme/acme-source.ts'
import type { Config, Https } from '../../src/config/config.ts'
import { freePort } from '../../scripts/loopback.ts'
import { ask } from '../rig/ask.ts'
import { askHttps } from '../rig/ask-https.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { refusedName, startPebble, type PebbleCa } from '../rig/pebble.ts'
import { startSmallGradio, type SmallGradio } from '../upstreams/small-gradio.ts'

const day = 86_400_000
const html = { accept: 'text/html' }
let [ca, app]: [PebbleCa, SmallGradio] = [] as never

beforeAll(async () => {
  ca = await startPebble({ lifetimes: { default: 90 * 86_400, shortlived: 6 * 86_400 } })
  app = await startSmallGradio()
})

afterAll(async () => {
  await app?.close()
  await ca?.remove()
})

/** HTTPS where the CA looks for tls-alpn-01, and plain HTTP where it looks for http-01 unless told otherwise. */
function settings(https: Partial<Https>): Partial<Config> {
  const names = https.names ?? []
  return {
    listen: { host: '127.0.0.1', port: ca.ports.tls },
    hosts: names.filter((name) => /[a-z]/.test(name)),
    https: {
      names,
      selfSigned: false,
      directory: ca.directory,
      caFile: ca.caFile,
      httpListen: { host: '127.0.0.1', port: ca.ports.http },
      hsts: 31_536_000,
      ...https,
    },
  }
}

function start(https: Partial<Https>): Promise<GateHere> {
  return startGateHere({ upstream: app.url.href, config: settings(https) })
}

async function records(gate: Pick<GateHere, 'auditDir'>): Promise<string> {
  const files = await readdir(gate.auditDir)
  const texts = await Promise.all(files.map((file) => readFile(path.join(gate.auditDir, file), 'utf8')))
  return texts.join('')
}

describe('a certificate from a CA', () => {
  it.each([
    { how: 'http-01', https: { names: ['a.test', 'b.test'] } },
    { how: 'tls-alpn-01', https: { names: ['a.test', 'b.test'], httpListen: 'off' as const } },
  ])('is obtained for names by $how', async ({ how, https }) => {
    const way = watchVerification()
    await using gate = await start(https)
    expect(way()).toEqual({ orders: 1, byHttp: how === 'http-01' })
    expect(gate.url).toBe(`https://a.test:${ca.ports.tls}`)
    for (const name of https.names) {
      const answer = await askHttps({ port: gate.port, ca: await ca.root(), name })
      expect(answer.status).toBe(200)
    }
    expect(await records(gate)).toContain('x_certificate_obtained:sekisho,acme')
  })

  it.each([
    { how: 'http-01', https: {} },
    { how: 'tls-alpn-01', https: { httpListen: 'off' as const } },
  ])('is obtained for an IP address by $how, with the short-lived profile', async ({ how, https }) => {
    const way = watchVerification()
    await using gate = await start({ names: ['127.0.0.1'], ...https })
    expect(way()).toEqual({ orders: 1, byHttp: how === 'http-01' })
    expect(gate.url).toBe(`https://127.0.0.1:${ca.ports.tls}`)
    const root = await ca.root()
    expect((await askHttps({ port: gate.port, ca: root })).status).toBe(200)
    const file = path.join(gate.home, 'state', 'certificates')
    const [folder = ''] = await readdir(file)
    const { X509Certificate } = await import('node:crypto')
    const text = await readFile(path.join(file, folder, 'certificate.pem'), 'utf8')
    const leaf = new X509Certificate(text.slice(text.indexOf('-----BEGIN CERTIFICATE-----')))
    expect(leaf.subjectAltName).toBe('IP Address:127.0.0.1')
    expect(leaf.validToDate.getTime() - Date.now()).toBeLessThan(7 * day)
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  })

  it('is kept where only its owner reads it, and used again after a restart without asking', async () => {
    await using gate = await start({ names: ['kept.test'] })
    const before = await askHttps({ port: gate.port, ca: await ca.root(), name: 'kept.test' })
    const orders = countOrders()
    await gate.restart()
    const after = await askHttps({ port: gate.port, ca: await ca.root(), name: 'kept.test' })
    expect(after.fingerprint).toBe(before.fingerprint)
    expect(countOrders()).toBe(orders)
    const folder = path.join(gate.home, 'state', 'certificates')
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(path.join(file.parentPath, file.name))
      expect(mode & 0o077, file.name).toBe(0)
    }
  })

  it('is verified at port 443 when port 80 leads elsewhere', async () => {
    const elsewhere = { host: '127.0.0.1', port: await freePort() }
    await using gate = await start({ names: ['firewalled.test'], httpListen: elsewhere })
    expect((await askHttps({ port: gate.port, ca: await ca.root(), name: 'firewalled.test' })).status).toBe(
      200,
    )
  })

  it('is verified at port 443 when port 80 belongs to somebody else', async () => {
    await using first = await start({ names: ['first.test'] })
    const other = await freePort()
    // Pebble knows one TLS port only, so this one can't be verified there; that it got so far shows in the words.
    const failed = await startGateHere({
      upstream: app.url.href,
      config: { ...settings({ names: ['second.test'] }), listen: { host: '127.0.0.1', port: other } },
    }).catch((fault: unknown) => fault)
    expect(first.port).not.toBe(other)
    expect(failed).toMatchObject({ code: 'certificate-unavailable' })
    expect(String(failed)).toContain('port 443 (tls-alpn-01) under second.test')
  })
})

describe('the site with it', () => {
  it('is told to be HTTPS only under its name, and nowhere else', async () => {
    await using gate = await start({ names: ['hsts.test', '127.0.0.1'] })
    const root = await ca.root()
    const hsts = async (name: string | undefined, host: string) =>
      (await askHttps({ port: gate.port, ca: root, ...(name && { name }), headers: { host } })).headers[
        'strict-transport-security'
      ]
    expect(await hsts('hsts.test', 'hsts.test')).toBe('max-age=31536000')
    expect(await hsts('hsts.test', `hsts.test:${gate.port}`)).toBeUndefined()
    expect(await hsts(undefined, '127.0.0.1')).toBeUndefined()
    // Refusals carry it too.
    const refused = await askHttps({ port: gate.port, ca: root, name: 'hsts.test', path: '/config' })
    expect([refused.status, refused.headers['strict-transport-security']]).toEqual([401, 'max-age=31536000'])
  })

  it('says nothing of it when that is off', async () => {
    await using gate = await start({ names: ['off.test'], hsts: 'off' })
    const answer = await askHttps({ port: gate.port, ca: await ca.root(), name: 'off.test' })
    expect(answer.headers['strict-transport-security']).toBeUndefined()
  })

  it('is where plain HTTP leads to; what else comes there is refused and on record', async () => {
    const here = settings({ names: ['led.test'] })
    // Served, but not certified: whoever is led there only gets a warning.
    const config = { ...here, hosts: ['led.test', 'uncertified.test'] }
    await using gate = await startGateHere({ upstream: app.url.href, config })
    const plain = `http://127.0.0.1:${ca.ports.http}`
    const led = await ask(plain, '/a?b=c', { headers: { host: `led.test:${ca.ports.http}`, ...html } })
    expect([led.status, led.headers.location]).toEqual([308, `https://led.test:${ca.ports.tls}/a?b=c`])
    expect(led.setCookies).toEqual([])
    const api = await ask(plain, '/config', { headers: { host: 'led.test' } })
    expect([api.status, api.headers.location]).toEqual([403, undefined])
    for (const host of ['evil.example', 'uncertified.test']) {
      const strange = await ask(plain, '/', { headers: { host, ...html } })
      expect([strange.status, strange.headers.location]).toEqual([403, undefined])
    }
    await gate.restart()
    const log = await records(gate)
    expect(log).toContain('"code":"https-required"')
    expect(log).toContain('redirectToHttps')
  })
})

describe('a clock that is ahead', () => {
  it('is asked about, and the CA is not asked over and over for what ends in no time', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-clock-'))
    const said: string[] = []
    const now = Date.now() + 80 * day
    const { directory, caFile } = ca
    const parts = {
      folder,
      clock: { now: () => now },
      record: async () => Promise.resolve(),
      say: (words: string) => said.push(words),
      random: () => 0,
    }
    const source = new AcmeSource({ names: ['early.test'], directory, caFile }, parts)
    const server = createServer(({ url = '' }, answer) => {
      answer.end(source.challenges.httpAnswer(path.posix.basename(url)))
    })
    await new Promise<void>((resolve) => server.listen(ca.ports.http, '127.0.0.1', resolve))
    await source.open({ http: true })
    expect(source.current()?.facts.covers('early.test')).toBe(true)
    expect(said.join('\n')).toContain(
      `Is the clock right? The CA is asked again at ${new Date(now + day).toISOString()}.`,
    )
    await source.close()
    server.close()
    await rm(folder, { recursive: true })
  })
})

describe('a CA that does not sign', () => {
  it('is quoted, with the time before which it is not asked again', async () => {
    const failed = await start({ names: [refusedName] }).catch((fault: unknown) => fault)
    expect(failed).toMatchObject({ code: 'certificate-unavailable' })
    expect(String(failed)).toMatch(
      /the CA says: .*issuance is forbidden by policy.*isn't asked again before/s,
    )
  })

  it('is left alone until then, also by a new process', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-pause-'))
    let now = Date.now()
    const open = async () => {
      const { directory, caFile } = ca
      const source = new AcmeSource(
        { names: [refusedName], directory, caFile },
        {
          folder,
          clock: { now: () => now },
          record: async () => Promise.resolve(),
          say: () => undefined,
          random: () => 0,
        },
      )
      const fault = await source.open({ http: true }).catch((thrown: unknown) => thrown)
      await source.close()
      return String(fault)
    }
    const requests = () => ca.output().split('\n').length
    const first = await open()
    const asked = requests()
    expect(await open()).toBe(first)
    expect(requests()).toBe(asked)
    now += 11_000
    expect(await open()).not.toBe(first)
    expect(requests()).toBeGreaterThan(asked)
    await rm(folder, { recursive: true })
  })

  it('because it can not reach us is quoted, with what to look at', async () => {
    const failed = await startGateHere({
      upstream: app.url.href,
      config: {
        ...settings({ names: ['unreachable.test'], httpListen: 'off' }),
        listen: { host: '127.0.0.1', port: await freePort() },
      },
    }).catch((fault: unknown) => fault)
    expect(failed).toMatchObject({ code: 'certificate-unavailable' })
    expect(String(failed)).toMatch(/unreachable\.test: Failed to connect.*does DNS lead here.*--self-signed/s)
  })

  it('because it is not there, or not trusted, is told apart', async () => {
    const closed = `https://127.0.0.1:${await freePort()}/dir`
    const away = await start({ names: ['a.test'], directory: closed }).catch((fault: unknown) => fault)
    expect(String(away)).toMatch(/the CA at 127\.0\.0\.1:\d+ can't be reached: nobody listens there/)
    const { caFile: _, ...https } = settings({ names: ['a.test'] }).https as Https
    const untrusted = await startGateHere({
      upstream: app.url.href,
      config: { ...settings({ names: ['a.test'] }), https },
    }).catch((fault: unknown) => fault)
    expect(String(untrusted)).toMatch(/is not trusted\. A private CA has to be named: --acme-ca/)
  })
})

/** A second order is the other type of challenge, after the first one failed. */
function watchVerification(): () => { readonly orders: number; readonly byHttp: boolean } {
  const [orders, { length }] = [countOrders(), ca.output()]
  return () => ({
    orders: countOrders() - orders,
    byHttp: ca.output().slice(length).includes('Attempting to validate w/ HTTP'),
  })
}

/** So many orders were placed at the CA by now. */
function countOrders(): number {
  return ca.output().match(/Added order/g)?.length ?? 0
}
