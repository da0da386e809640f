/** Programs with a bound token: the recipes of docs/operate/bound-tokens.md do all that the clients do without the gate. */
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../test/rig/ask.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { attempt, connect, predict, useAll } from './clients/client-uses.ts'
import { runPythonClient, setUpPythonClient } from './clients/python-client.ts'
import { startClient } from './clients/start-client.ts'
import { useJournal } from './journal.ts'

const examples = path.join(import.meta.dirname, '..', 'examples')
const fetchFile = path.join(examples, 'bound-node/sekisho-proof.js')
let [app, gate]: [GradioApp, TestGate] = [] as never
const { journal, appOptions } = useJournal()

beforeAll(async () => {
  app = await startTestApp('kitchen', appOptions())
  gate = await startTestGate({ upstream: app.url, config: 'proof: { tokens: required }' })
})
afterAll(async () => {
  await gate?.stop()
  await app?.stop()
})

interface Bound {
  readonly token: string
  readonly keyFile: string
}

let count = 0
async function createToken(...more: readonly string[]): Promise<Bound> {
  count += 1
  const name = `bound ${String(count)}`
  const { code, stdout, stderr } = await gate.cli(
    ...['token', 'create', '--json', '--name', name, '--bound', ...more],
  )
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Bound
}

/** A file of examples/, for a function of this app. */
async function example(file: string): Promise<string> {
  const text = await readFile(path.join(examples, file), 'utf8')
  expect(text).toContain('/predict')
  return text.replaceAll('/predict', '/echo').replace('./sekisho-proof.js', fetchFile)
}

async function run(
  command: string,
  args: readonly string[],
  { token, keyFile }: Bound,
  more: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<string> {
  const env = { ...more.env, SEKISHO_GATE: gate.url, SEKISHO_TOKEN: token, SEKISHO_KEY: keyFile }
  const program = await startClient(command, args, env, more.cwd)
  try {
    await program.succeeded()
    return program.output()
  } finally {
    await program.stop()
  }
}

async function runPython(args: readonly string[], bound: Bound): Promise<string> {
  const { python, env } = await setUpPythonClient()
  return run(python, args, bound, { env })
}

/** With a `fetch` that signs, until what it answers is called. */
async function signing({ token, keyFile }: Bound): Promise<() => void> {
  const { signedFetch } = (await import(pathToFileURL(fetchFile).href)) as {
    signedFetch: (gate: string, token: string, keyFile: string) => typeof fetch
  }
  const plain = globalThis.fetch
  globalThis.fetch = signedFetch(gate.url, token, keyFile)
  return () => (globalThis.fetch = plain)
}

describe('the examples', () => {
  it('in Python call a function, by both clients', async () => {
    const said = await runPython(['-c', await example('bound-python/call.py')], await createToken())
    expect(said).toContain('echo: hello\nevent: complete\ndata: ["echo: hello"]')
  })

  it('in JavaScript call a function, by both clients', async () => {
    const args = ['--input-type=module', '--eval', await example('bound-node/call.js')]
    // From here Node finds @gradio/client.
    const said = await run(process.execPath, args, await createToken(), { cwd: import.meta.dirname })
    expect(said).toContain(`[ 'echo: hello' ]\nevent: complete\ndata: ["echo: hello"]`)
  })
})

describe('a program with a bound token', () => {
  it('in Python does all that it does without the gate', async () => {
    const direct = await runPythonClient({ url: app.url, job: 'use' })
    await journal.until('count left', 2)
    const { token, keyFile } = await createToken()
    expect(await runPythonClient({ url: gate.url, job: 'use', token, key: keyFile })).toEqual(direct)
    // The one that was cancelled stopped, here as there.
    await journal.until('count left', 4)
    expect(await journal.count('count finished')).toBe(2)
  })

  it('in JavaScript does all that it does without the gate', async () => {
    const before = await journal.count('count left')
    const direct = await useAll(app.url)
    await journal.until('count left', before + 2)
    const restore = await signing(await createToken())
    try {
      expect(await useAll(gate.url)).toEqual(direct)
      await journal.until('count left', before + 4)
    } finally {
      restore()
    }
  })

  it('by httpx itself calls, streams, uploads, many at once, and gives nobody else its token', async () => {
    const seen: string[] = []
    const other = createServer((request, response) => {
      seen.push(...Object.keys(request.headers))
      response.setHeader('content-type', 'application/json').end('"hello"')
    }).listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => other.once('listening', resolve))
      const { port } = other.address() as AddressInfo
      const script = path.join(import.meta.dirname, 'clients', 'bound_uses.py')
      const said = await runPython(
        [script, gate.url, `http://127.0.0.1:${String(port)}/`],
        await createToken(),
      )
      const lines = said.split('\n').filter((line) => line.startsWith('["'))
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        ['a call and its stream', ['echo: 静かな 🤫']],
        ['an upload', 2],
        // Understood, and no call of anything.
        ['a lone question mark', 400],
        ['nothing after the address', 200],
        ['many at once', Array.from({ length: 20 }, (_, number) => [`echo: ${String(number)}`])],
        ['an upload, async', 1],
        ['elsewhere', 'hello'],
      ])
      expect(seen).toContain('user-agent')
      expect(seen.filter((name) => /auth|sign|digest/.test(name))).toEqual([])
    } finally {
      other.close()
    }
  })

  it('goes on by itself when the gate was started anew, whose challenges are other ones', async () => {
    const restore = await signing(await createToken())
    try {
      const client = await connect(gate.url)
      expect(await predict(client, '/fast_echo', ['one'])).toEqual(['echo: one'])
      await gate.restart()
      expect(await predict(client, '/fast_echo', ['two'])).toEqual(['echo: two'])
      client.close()
    } finally {
      restore()
    }
  })

  it('without its key, or with another one, gets what anybody gets without a token', async () => {
    const [mine, other] = [await createToken(), await createToken()]
    const kept = { token: mine.token, keyFile: other.keyFile }
    expect(await runPythonClient({ url: gate.url, job: 'connect', token: mine.token })).toMatchObject([
      ['connect', { raised: 'gradio_client.exceptions.AuthenticationError' }],
    ])
    expect(
      await runPythonClient({ url: gate.url, job: 'connect', token: kept.token, key: kept.keyFile }),
    ).toMatchObject([['connect', { raised: 'gradio_client.exceptions.AuthenticationError' }]])
    const restore = await signing(kept)
    try {
      expect(await attempt(() => connect(gate.url))).toEqual({
        raised: 'Error',
        text: 'Login credentials are required to access this space.',
      })
    } finally {
      restore()
    }
  })
})

describe('a gate that takes bound tokens only', () => {
  it('makes no plain ones', async () => {
    const { code, stdout, stderr } = await gate.cli('token', 'create', '--name', 'plain')
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('--bound')])
  })

  it('refuses those that were made before', async () => {
    const before = await startTestGate({ upstream: app.url })
    try {
      const { stdout } = await before.cli('token', 'create', '--name', 'plain')
      const headers = { authorization: `Bearer ${stdout.trim()}` }
      expect((await ask(before.url, '/config', { headers })).status).toBe(200)
      await writeFile(
        path.join(before.home, 'sekisho.yaml'),
        `upstream: ${app.url}\nproof: { tokens: required }\n`,
      )
      await before.restart()
      expect((await ask(before.url, '/config', { headers })).status).toBe(401)
    } finally {
      await before.stop()
    }
  })
})
