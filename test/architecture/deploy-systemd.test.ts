/** The service unit: systemd understands it, and it stays as confined as it says. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand, type CommandResult } from '../../scripts/run-command.ts'
import { setUpSystemdAnalyze } from '../../scripts/setup-systemd.ts'
import { makeConfig } from '../../src/config/make-config.ts'
import { readActivatedSockets } from '../../src/kit/activated-sockets.ts'

const deploy = join(import.meta.dirname, '../../deploy/systemd')
const units = ['sekisho.service', 'sekisho.socket', 'sekisho-http.socket'] as const

/** Of 10.0; 1.3 with systemd 252 and 257. A unit that says nothing has 9.6. */
const mostExposure = 1.4

let analyze = ''
let folder = ''
let service = ''

beforeAll(async () => {
  analyze = await setUpSystemdAnalyze()
  folder = await mkdtemp(join(tmpdir(), 'sekisho-units-'))
  service = await readFile(join(deploy, 'sekisho.service'), 'utf8')
}, 240_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Writes the units, the service as given, and asks about them. systemd looks for the program, so it is this Node. */
async function place(text: string): Promise<readonly string[]> {
  for (const unit of units) {
    const own = unit === 'sekisho.service' ? text : await readFile(join(deploy, unit), 'utf8')
    await writeFile(join(folder, unit), own.replaceAll('/usr/bin/node', process.execPath))
  }
  return units.map((unit) => join(folder, unit))
}

async function verify(text: string): Promise<CommandResult> {
  return runCommand(analyze, ['verify', ...(await place(text))])
}

/** Exit code 0 when the exposure is at most this. */
async function isUnder(text: string, level: number): Promise<boolean> {
  const [file = ''] = await place(text)
  const threshold = String(Math.round(level * 10))
  const done = await runCommand(analyze, [
    'security',
    '--offline=true',
    '--no-pager',
    `--threshold=${threshold}`,
    file,
  ])
  expect(done.stdout + done.stderr).toContain('Overall exposure level')
  return done.code === 0
}

/** The way without sockets, as the comment in the unit says: one line out, three in. */
function withoutSockets(text: string): string {
  return text
    .replace(/^Sockets=.*\n/m, '')
    .replace(/^CapabilityBoundingSet=\n/m, '')
    .replace(/^PrivateUsers=yes\n/m, '')
    .replace(/^#(AmbientCapabilities|CapabilityBoundingSet|PrivateUsers)=/gm, '$1=')
}

describe('the service unit', () => {
  it('is understood by systemd without a word', async () => {
    expect(await verify(service)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('would be told when it were wrong', async () => {
    const { stderr } = await verify(service.replace('ProtectClock=yes', 'ProtectClocks=yes'))
    expect(stderr).toContain('ProtectClocks')
  })

  it(`is exposed to at most ${mostExposure}`, async () => {
    expect(await isUnder(service, mostExposure)).toBe(true)
  })

  it.each([
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'PrivateUsers=yes',
    'RestrictNamespaces=yes',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'User=sekisho',
  ])('would be over that without %s', async (line) => {
    expect(service).toContain(`\n${line}\n`)
    expect(await isUnder(service.replace(`\n${line}\n`, '\n'), mostExposure)).toBe(false)
  })

  it('holds without sockets as well, with the one capability that ports 443 and 80 take', async () => {
    const variant = withoutSockets(service)
    expect(variant).toMatch(/^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m)
    expect(variant).toMatch(/^CapabilityBoundingSet=CAP_NET_BIND_SERVICE$/m)
    expect(variant).not.toMatch(/^(?:Sockets=|CapabilityBoundingSet=$|PrivateUsers=yes)/m)
    expect(await verify(variant)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await isUnder(variant, mostExposure + 0.5)).toBe(true)
  })

  it('lets the gate see processes and listening ports, or it could not find ways around itself', () => {
    expect(service).not.toMatch(/^(?:ProtectProc|ProcSubset)=/m)
  })

  it('starts a command that takes these options', async () => {
    const [, words = ''] = /^ExecStart=\S+ \S+ (.*)$/m.exec(service) ?? []
    const cli = join(import.meta.dirname, '../../src/cli/cli.ts')
    const { stdout } = await runCommand(process.execPath, [cli, 'gate', '--help'])
    const options = words.match(/--[a-z-]+/g) ?? []
    expect(words.startsWith('gate ')).toBe(true)
    expect(options).toEqual(['--config', '--key-file'])
    for (const option of options) expect(stdout).toContain(option)
  })
})

describe('the sockets', () => {
  it('have the ports and names that the gate looks for', async () => {
    const read = async (unit: string, key: string) =>
      new RegExp(`^${key}=(.*)$`, 'm').exec(await readFile(join(deploy, unit), 'utf8'))?.[1]
    const names = await Promise.all([
      read('sekisho-http.socket', 'FileDescriptorName'),
      read('sekisho.socket', 'FileDescriptorName'),
    ])
    const passed = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: names.join(':') }
    expect(readActivatedSockets(passed, 7)).toEqual({ http: 3, gate: 4 })
    expect(await read('sekisho.socket', 'ListenStream')).toBe('443')
    expect(await read('sekisho-http.socket', 'ListenStream')).toBe('80')
    for (const unit of ['sekisho.socket', 'sekisho-http.socket']) {
      expect(await read(unit, 'Service')).toBe('sekisho.service')
      expect(service).toMatch(new RegExp(`^Sockets=.*${unit.replace('.', '\\.')}`, 'm'))
    }
  })
})

describe('the configuration beside the units', () => {
  it('is valid, and its places are those of the unit', async () => {
    const file = '/etc/sekisho/sekisho.yaml'
    const text = await readFile(join(deploy, 'sekisho.yaml'), 'utf8')
    const config = makeConfig({ text, file }, {}, { cwd: '/', home: '/root', env: {} })
    expect(config.stateDir).toBe('/var/lib/sekisho')
    expect(service).toContain('\nStateDirectory=sekisho\n')
    expect(service).toContain(`\nLoadCredential=sekisho.key:${config.keyFile}\n`)
    expect(service).toContain(` --config ${file} `)
    expect(config.acceptRisks).toEqual([])
  })
})
