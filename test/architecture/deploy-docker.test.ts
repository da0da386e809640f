/** The images: linted, pinned, without root; their steps work on a clean tree; the health check tells health from illness. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runCommand } from '../../scripts/run-command.ts'
import { setUpHadolint } from '../../scripts/setup-hadolint.ts'
import { makeCleanCopy, plainEnvironment, type CleanCopy } from './supply-clean-copy.ts'

const root = join(import.meta.dirname, '../..')
const docker = join(root, 'deploy/docker')
const images = ['Dockerfile', 'app/Dockerfile'] as const

interface Step {
  readonly word: string
  readonly rest: string
}

/** Instructions, continued lines joined, comments gone. */
function stepsOf(text: string): Step[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: /^\S+/.exec(line)?.[0] ?? '', rest: line.replace(/^\S+\s+/, '') }))
}

/** Each FROM begins one. */
function stagesOf(steps: readonly Step[]): Step[][] {
  const stages: Step[][] = []
  for (const step of steps) {
    if (step.word === 'FROM') stages.push([step])
    else stages.at(-1)?.push(step)
  }
  return stages
}

const read = async (image: string) => readFile(join(docker, image), 'utf8')

describe.each(images)('deploy/docker/%s', (image) => {
  it('passes hadolint without an exception', async () => {
    const hadolint = await setUpHadolint()
    expect(await read(image)).not.toContain('hadolint ignore')
    const done = await runCommand(hadolint, [
      '--no-color',
      '--failure-threshold',
      'style',
      join(docker, image),
    ])
    expect(done).toEqual({ code: 0, stdout: '', stderr: '' })
  }, 240_000)

  it('names its base by an exact version', async () => {
    const bases = [...(await read(image)).matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map((match) => match[1])
    expect(bases).toEqual([expect.stringMatching(/^[a-z]+:\d+\.\d+\.\d+-[a-z-]+$/)])
    for (const [from] of stagesOf(stepsOf(await read(image)))) expect(from?.rest).toMatch(/^\$\{\w+_IMAGE\}/)
  })

  it('runs as a user by number that is not root, without a shell, and says whether it is well', async () => {
    const last = stagesOf(stepsOf(await read(image))).at(-1) ?? []
    const of = (word: string) => last.filter((step) => step.word === word).map(({ rest }) => rest)
    expect(of('USER')).toEqual([expect.stringMatching(/^[1-9]\d{3,}:[1-9]\d{3,}$/)])
    for (const form of [...of('CMD'), ...of('ENTRYPOINT')]) expect(form).toMatch(/^\[/)
    expect(of('HEALTHCHECK')).toEqual([expect.stringMatching(/ CMD \[/)])
  })
})

it('hadolint would say what is wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-lint-'))
  await writeFile(join(folder, 'Dockerfile'), 'FROM debian:latest\nRUN apt-get install curl\n')
  const done = await runCommand(await setUpHadolint(), ['--no-color', join(folder, 'Dockerfile')])
  expect(done.code).not.toBe(0)
  expect(done.stdout).toContain('DL3007')
  await rm(folder, { recursive: true })
}, 240_000)

describe('the image of the gate', () => {
  it('has the Node that everything here is tested with', async () => {
    const manifest = z.object({ devDependencies: z.object({ node: z.string() }) })
    const { devDependencies } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
    expect(await read('Dockerfile')).toContain(`ARG NODE_IMAGE=node:${devDependencies.node}-`)
  })

  it('and the example app has the Gradio that everything here is tested with', async () => {
    const demo = await readFile(join(root, 'demo/requirements.txt'), 'utf8')
    expect(await read('app/requirements.txt')).toBe(demo)
  })
})

/** What `.dockerignore` lets into the build; its own few forms, checked to be all there are. */
function isInContext(path: string, rules: readonly string[]): boolean {
  let inside = true
  for (const rule of rules) {
    const [negated, pattern] = rule.startsWith('!') ? [true, rule.slice(1)] : [false, rule]
    const anywhere = /^\*\*\/(\*?)([\w.-]+)$/.exec(pattern)
    const hit =
      pattern === '*' ||
      (anywhere === null
        ? path === pattern || path.startsWith(`${pattern}/`)
        : path
            .split('/')
            .some((part) => (anywhere[1] === '*' ? part.endsWith(anywhere[2] ?? '') : part === anywhere[2])))
    if (hit) inside = negated
  }
  return inside
}

/** The steps of the Dockerfile that work in a folder of their own, carried out here; `/x` of the image is `folder/x`. */
async function carryOut(copy: CleanCopy, folder: string): Promise<string> {
  const rules = (await readFile(join(copy.folder, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line))
  const stages = stagesOf(stepsOf(await readFile(join(copy.folder, 'deploy/docker/Dockerfile'), 'utf8')))
  const final = stages.at(-1)
  let at = folder
  for (const stage of stages) {
    for (const { word, rest } of stage) {
      if (word === 'WORKDIR') await mkdir((at = join(folder, rest)), { recursive: true })
      // The last stage's commands are about the image's own system.
      if (word === 'RUN' && stage !== final) await copy.run('sh', ['-euc', rest], at)
      if (word === 'COPY') await copyStep(rest, at)
    }
  }
  return join(folder, 'opt/sekisho')

  async function copyStep(rest: string, into: string): Promise<void> {
    const words = rest.split(/\s+/)
    const [stage] = words.filter((word) => word.startsWith('--from='))
    const [target = '', ...sources] = words.filter((word) => !word.startsWith('--')).reverse()
    for (const source of sources) {
      const base = stage === undefined ? copy.folder : folder
      const from = join(base, source)
      const isFolder = await readdir(from).then(
        () => true,
        () => false,
      )
      const to = isFolder ? join(into, target) : join(into, target, source.split('/').at(-1) ?? '')
      await mkdir(dirname(to), { recursive: true })
      const filter = (one: string) =>
        stage !== undefined || one === from || isInContext(one.slice(base.length + 1), rules)
      if (stage === undefined && !isInContext(source, rules) && !isFolder)
        throw new TypeError(`${source} is not in the build's context (.dockerignore).`)
      await cp(from, to, { recursive: true, filter, verbatimSymlinks: true })
    }
  }
}

describe('the steps of the image', () => {
  let copy: CleanCopy
  let place = ''

  beforeAll(async () => {
    copy = await makeCleanCopy()
    place = await carryOut(copy, join(copy.folder, '../image'))
  }, 300_000)

  afterAll(() => copy.remove())

  it('make, on a clean tree, a gate that runs', async () => {
    const { stdout } = await copy.run('node', [join(place, 'bin/sekisho.js'), '--version'], place)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('put only what runs into it', async () => {
    expect((await readdir(place)).sort()).toEqual(
      [
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'bin',
        'dist',
        'healthcheck.mjs',
        'node_modules',
        'package.json',
      ].sort(),
    )
    const libraries = await readdir(join(place, 'node_modules'))
    for (const name of ['typescript', 'vitest', 'esbuild', 'node', '@sekisho', '.package-lock.json'])
      expect(libraries).not.toContain(name)
    const dist = await readdir(join(place, 'dist'), { recursive: true })
    expect(dist).toContain('sbom.cdx.json')
    expect(dist.filter((file) => /\.test\.|tsbuildinfo|^types/.test(file))).toEqual([])
  })

  it('see neither history nor state nor keys of the tree', async () => {
    const rules = (await readFile(join(root, '.dockerignore'), 'utf8'))
      .split('\n')
      .filter((line) => /^[^#\s]/.test(line))
    expect(rules[0]).toBe('*')
    for (const rule of rules) expect(rule).toMatch(/^(?:\*|!?[\w./-]+|\*\*\/\*?[\w.-]+)$/)
    for (const path of [
      '.git/config',
      '.sekisho/sekisho.db',
      'sekisho.yaml',
      '.env',
      'src/own.key',
      'web/node_modules/x',
      'demo/app.py',
    ])
      expect(isInContext(path, rules), path).toBe(false)
    for (const path of ['src/gate.ts', 'web/pages/login.html', 'package-lock.json', '.npmrc'])
      expect(isInContext(path, rules), path).toBe(true)
  })
})

describe('the health check', () => {
  const check = (url: string) =>
    runCommand(process.execPath, [join(docker, 'healthcheck.mjs')], {
      env: { ...plainEnvironment(), SEKISHO_HEALTH: url },
      limit: 20_000,
    })

  async function withServer(server: Server, use: (port: number) => Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await use((server.address() as AddressInfo).port)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  it('says yes to an answer from the health route, in clear and over a certificate of any name', async () => {
    const answer = (request: { url?: string | undefined }) => (request.url === '/.sekisho/health' ? 200 : 404)
    await withServer(
      createServer((request, response) => response.writeHead(answer(request)).end()),
      async (port) => {
        expect(await check(`http://127.0.0.1:${port}`)).toMatchObject({ code: 0 })
      },
    )
    const pair = await generate([{ name: 'commonName', value: 'gpu.example.org' }])
    const secure = createSecureServer({ cert: pair.cert, key: pair.private }, (request, response) =>
      response.writeHead(answer(request)).end(),
    )
    await withServer(secure, async (port) => {
      expect(await check(`https://127.0.0.1:${port}`)).toMatchObject({ code: 0 })
    })
  })

  it('says no to another answer and to none', async () => {
    let closed = 0
    await withServer(
      createServer((_, response) => response.writeHead(503).end()),
      async (port) => {
        closed = port
        expect(await check(`http://127.0.0.1:${port}`)).toMatchObject({ code: 1 })
      },
    )
    expect(await check(`http://127.0.0.1:${closed}`)).toMatchObject({ code: 1 })
  })
})
