/** The proxies' configurations as shipped, in front of the real gate: only addresses, ports and the certificate are the test's. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startGate, type GateProcess } from '../../scripts/gate-process.ts'
import { freePort, untilItListens } from '../../scripts/loopback.ts'
import { startProcessGroup, type ProcessGroup } from '../../scripts/process-group.ts'
import { runCommand } from '../../scripts/run-command.ts'
import { setUpCaddy, setUpNginx } from '../../scripts/setup-proxies.ts'
import { challengeField } from '../../src/contract/proof.ts'
import { askHttps } from '../rig/ask-https.ts'
import { makeCertificate, type Certificate } from '../rig/certificate.ts'
import { logIn } from '../rig/log-in.ts'
import { findSigner } from '../rig/signer.ts'
import { startSmallGradio, type SmallGradio } from '../upstreams/small-gradio.ts'

const shipped = join(import.meta.dirname, '../../deploy/proxies')
const host = 'gpu.example.org'
const password = 'four-words-and-a-number-7'
const browser = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' }

interface Ports {
  readonly https: number
  readonly http: number
}

interface Program {
  readonly command: string
  readonly check: readonly string[]
  readonly run: readonly string[]
}

/** Fails when what should be replaced isn't there any more. */
function replace(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((before, [from, to]) => {
    expect(before).toContain(from)
    return before.replaceAll(from, to)
  }, text)
}

async function nginx(
  home: string,
  ports: Ports,
  gate: GateProcess,
  { cert, key }: Certificate['files'],
): Promise<Program> {
  const own = replace(await readFile(join(shipped, 'nginx.conf'), 'utf8'), [
    ['    listen [::]:443 ssl;\n', ''],
    ['    listen [::]:80;\n', ''],
    ['listen 443 ssl', `listen 127.0.0.1:${ports.https} ssl`],
    ['listen 80', `listen 127.0.0.1:${ports.http}`],
    ['/etc/letsencrypt/live/gpu.example.org/fullchain.pem', cert],
    ['/etc/letsencrypt/live/gpu.example.org/privkey.pem', key],
    ['127.0.0.1:8484;\n        proxy_http', `127.0.0.1:${gate.port};\n        proxy_http`],
  ])
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const temporary = kinds.map((kind) => `${kind}_temp_path ${home}/${kind};`).join(' ')
  const whole = `daemon off; pid ${home}/pid; error_log stderr; events {} http { access_log off; ${temporary}\n${own}}\n`
  await writeFile(join(home, 'nginx.conf'), whole)
  const args = ['-e', 'stderr', '-p', home, '-c', join(home, 'nginx.conf')]
  return { command: await setUpNginx(), check: ['-t', '-q', ...args], run: args }
}

async function caddy(
  home: string,
  ports: Ports,
  gate: GateProcess,
  { cert, key }: Certificate['files'],
): Promise<Program> {
  const own = replace(await readFile(join(shipped, 'Caddyfile'), 'utf8'), [
    [`\n${host} {\n`, `\n${host} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}\n`],
    ['reverse_proxy 127.0.0.1:8484', `reverse_proxy 127.0.0.1:${gate.port}`],
  ])
  const global = `{\n\tadmin off\n\thttps_port ${ports.https}\n\thttp_port ${ports.http}\n\tauto_https disable_certs\n}\n`
  await writeFile(join(home, 'Caddyfile'), global + own)
  const args = ['--adapter', 'caddyfile', '--config', join(home, 'Caddyfile')]
  return { command: await setUpCaddy(), check: ['validate', ...args], run: ['run', ...args] }
}

let app: SmallGradio
let gate: GateProcess
let certificate: Certificate
let folder = ''
const started: ProcessGroup[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-proxies-'))
  app = await startSmallGradio()
  certificate = await makeCertificate(host)
  gate = await startGate({
    upstream: app.url.href,
    home: await mkdtemp(join(folder, 'gate-')),
    password,
    // As the first lines of both files say.
    args: ['--host', host, '--trusted-proxy', '127.0.0.1'],
  })
}, 240_000)

afterEach(async () => {
  for (const one of started.splice(0)) await one.stop()
})

afterAll(async () => {
  await gate.stop()
  await app.close()
  await certificate.remove()
  await rm(folder, { recursive: true, force: true })
})

describe.each([
  ['nginx', nginx],
  ['Caddy', caddy],
] as const)('the configuration for %s', (what, prepare) => {
  const start = async () => {
    const home = await mkdtemp(join(folder, 'proxy-'))
    const ports = { https: await freePort(), http: await freePort() }
    const program = await prepare(home, ports, gate, certificate.files)
    const env = { ...process.env, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
    const checked = await runCommand(program.command, program.check, { env, cwd: home })
    expect(checked.code, checked.stderr).toBe(0)
    const group = startProcessGroup({ command: program.command, args: program.run, cwd: home, env })
    started.push(group)
    await untilItListens(ports.https, { what, process: group })
    return ports
  }
  const asking = (port: number, headers: Readonly<Record<string, string>> = {}, path = '/') =>
    askHttps({ port, name: host, ca: certificate.text, path, headers })

  it('is valid, and brings browsers to the login', async () => {
    const { https } = await start()
    const sent = await asking(https, browser)
    expect(sent.status).toBe(303)
    // A path and no host: behind the proxy the browser stays where it is.
    expect(sent.headers.location).toMatch(/^\/\.sekisho\/login/)
    const page = await asking(https, browser, sent.headers.location)
    expect(page.status).toBe(200)
    expect(page.body).toContain('/.sekisho/assets/login-')
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000')
  }, 240_000)

  it('tells the gate who asks, whatever the asker claims', async () => {
    const { https } = await start()
    // One log for both proxies, so each has addresses of its own.
    const [claimed, reported] = [`198.51.100.${what.length}`, `203.0.113.${what.length}`]
    const claims = {
      'x-forwarded-for': claimed,
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
    }
    const { status, body } = await asking(https, claims, '/config')
    expect([status, body.includes('evil')]).toEqual([401, false])
    // The proxy's own word counts: whoever comes from its address with such a field is believed.
    const direct = { headers: { host, 'x-forwarded-for': reported } }
    await fetch(`${gate.url}/config`, direct).then((answer) => answer.text())
    await vi.waitFor(async () => expect(await readAudit()).toContain(reported))
    expect(await readAudit()).not.toContain(claimed)
  }, 240_000)

  it('passes path and query as they came, since they are signed', async () => {
    const { https } = await start()
    const headers = { 'x-forwarded-host': host, 'x-forwarded-proto': 'https', origin: `https://${host}` }
    const cookie = await logIn({ url: gate.url, password, headers, origin: `https://${host}` })
    const signer = findSigner(gate.url, cookie)
    if (signer === undefined) return expect.fail('no key')
    await signer.ask(gate.url, { ...headers, cookie })
    const path = '/gradio_api/file=/tmp/a%28b%29%2b?c=%2B%20d'
    const ask = (asked: string) => {
      const signed = signer.sign({ method: 'GET', origin: `https://${host}`, path })
      return asking(https, { cookie, ...signed }, asked)
    }
    // There is no such file; but who asks for it is believed.
    expect((await ask(path)).status).toBe(404)
    expect((await ask(path.replace('%28', '('))).status).toBe(401)
  }, 240_000)

  it('brings back the answer to an upload that has to be signed anew', async () => {
    const { https } = await start()
    const headers = { 'x-forwarded-host': host, 'x-forwarded-proto': 'https', origin: `https://${host}` }
    const cookie = await logIn({ url: gate.url, password, headers, origin: `https://${host}` })
    const answers: unknown[] = []
    for (let time = 0; time < 8; time++) {
      const { status, headers: told } = await askHttps({
        ...{ port: https, name: host, ca: certificate.text, path: '/gradio_api/upload' },
        ...{
          headers: { cookie, 'content-type': 'multipart/form-data; boundary=x' },
          body: Buffer.alloc(8e6),
        },
      })
      answers.push([status, challengeField in told])
    }
    expect(answers).toEqual(Array(8).fill([401, true]))
  }, 240_000)

  it('leads from port 80 to HTTPS', async () => {
    const { http } = await start()
    const answer = await fetch(`http://127.0.0.1:${http}/x?y=1`, { redirect: 'manual', headers: { host } })
    await answer.body?.cancel()
    expect([301, 308]).toContain(answer.status)
    expect(new URL(answer.headers.get('location') ?? '').protocol).toBe('https:')
  }, 240_000)
})

/** What the gate has written so far. */
async function readAudit(): Promise<string> {
  const files = await readdir(folder, { recursive: true })
  const segments = files.filter((file) => file.endsWith('.jsonl'))
  return (await Promise.all(segments.map((file) => readFile(join(folder, file), 'utf8')))).join('')
}
