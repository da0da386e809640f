/** Programs with an API token: Python's gradio_client and @gradio/client end alike directly and through the gate. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqliteStore } from '../src/store/engines/sqlite/open.ts'
import type { ApiTokenName } from '../src/tokens/token-name.ts'
import { TokenRegister } from '../src/tokens/token-register.ts'
import { makeApiToken } from '../src/tokens/token.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { attempt, connect, iterate, predict, useAll, type Told } from './clients/client-uses.ts'
import { runPythonClient } from './clients/python-client.ts'
import { runRecipe } from './clients/run-recipe.ts'
import { useJournal } from './journal.ts'

let [app, gate]: [GradioApp, TestGate] = [] as never
const { journal, appOptions } = useJournal()

beforeAll(async () => {
  app = await startTestApp('kitchen', appOptions())
  gate = await startTestGate({ upstream: app.url })
  await sekisho('user', 'add', 'bob', '--generate')
})

afterAll(async () => {
  await gate?.stop()
  await app?.stop()
})

async function sekisho(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gate.cli(...args)
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return stdout
}

let count = 0
async function createToken(
  ...more: readonly string[]
): Promise<{ readonly token: string; readonly id: string }> {
  count += 1
  const out = await sekisho('token', 'create', '--json', '--name', `client ${String(count)}`, ...more)
  return JSON.parse(out) as { token: string; id: string }
}

/** One that ended an hour ago: the shortest that the command line makes lasts a minute. */
async function createExpired(): Promise<string> {
  const store = await openSqliteStore({ file: path.join(gate.home, 'state', 'sekisho.db') })
  try {
    const hour = 3_600_000
    const clock = { now: () => Date.now() - 2 * hour }
    const register = new TokenRegister({ store, audit: { write: () => Promise.resolve() }, clock })
    const created = await register.create({ name: 'old' as ApiTokenName, lifetimeMs: hour })
    return created?.text.reveal() ?? ''
  } finally {
    await store.close()
  }
}

const loud = { name: 'shouted-小さな note.txt', text: 'QUIET WORDS' }
const names = [
  ...['audio', 'count', 'count_up', 'crash', 'echo', 'fail', 'fast_echo', 'mirror', 'pick', 'query'],
  ...['request', 'shout', 'talk', 'tick', 'video', 'warn', 'work'],
].map((name) => `/${name}`)
const numbers = ['0', '1', '2', '3', '4', '5', '6', '7']

describe('a program that has a token', () => {
  it('in Python does all that it does without the gate', async () => {
    const direct = await runPythonClient({ url: app.url, job: 'use' })
    expect(direct).toEqual([
      ['connect', 'connected'],
      ['config', names],
      ['predict', 'echo: hi'],
      ['predict outside the queue', 'echo: hi'],
      ['submit and iterate', ['counted 1', 'counted 2', 'counted 3', 'counted 4']],
      ['several at once', numbers.map((number) => `echo: ${number}`)],
      ['progress', 'work done'],
      ['upload and download', loud],
      ['a large upload and download', 3_000_000],
      ['state across calls', ['count is 1', 'count is 2', 'count is 3']],
      ['a warning of the app', ['warned', [['The soup is hot.', 'warning']]]],
      [
        'an error of the app',
        { raised: 'gradio_client.exceptions.AppError', text: 'The kitchen is closed.' },
      ],
      [
        'a fault of the app',
        {
          raised: 'gradio_client.exceptions.AppError',
          text: expect.stringContaining('has not enabled verbose error reporting') as unknown,
        },
      ],
      ['cancel', 'CANCELLED'],
      ['predict after it all', 'echo: again'],
    ])
    await journal.until('count left', 2)
    const { token } = await createToken('--user', 'bob')
    expect(await runPythonClient({ url: gate.url, job: 'use', token })).toEqual(direct)
    // The one that ran to its end, and the one that was cancelled: the app stopped counting.
    await journal.until('count left', 4)
    expect(await journal.count('count finished')).toBe(2)
  })

  it('in JavaScript does all that it does without the gate', async () => {
    const before = await journal.count('count left')
    const direct = await useAll(app.url)
    expect(direct).toEqual([
      ['config', names],
      ['predict', ['echo: hi']],
      ['predict outside the queue', ['echo: hi']],
      // The client tells the last one twice.
      ['submit and iterate', ['counted 1', 'counted 2', 'counted 3', 'counted 4', 'counted 4']],
      ['several at once', numbers.map((number) => [`echo: ${number}`])],
      ['progress', ['work done']],
      ['upload and download', loud],
      ['a large upload and download', 3_000_000],
      ['state across calls', [['count is 1'], ['count is 2'], ['count is 3']]],
      ['a warning of the app', [['The soup is hot.', 'warning'], ['warned']]],
      ['an error of the app', { raised: 'Error', text: 'The kitchen is closed.' }],
      ['a fault of the app', { raised: 'Error', text: 'An error occurred' }],
      ['cancel', 2],
      ['predict after it all', ['echo: again']],
    ] satisfies Told)
    await journal.until('count left', before + 2)
    const { token } = await createToken()
    expect(await useAll(gate.url, token)).toEqual(direct)
    await journal.until('count left', before + 4)
  })

  it('shows in the list with its last use', async () => {
    const { token, id } = await createToken()
    const client = await connect(gate.url, token)
    await predict(client, '/echo', ['hi'])
    client.close()
    await expect
      .poll(
        async () => {
          const list = JSON.parse(await sekisho('token', 'list', '--json')) as Record<string, string | null>[]
          return list.find((one) => one['id'] === id)?.['lastUsedAt']
        },
        // Written every half minute.
        { timeout: 60_000, interval: 2_000 },
      )
      .toMatch(/^\d{4}-/)
  })
})

describe('a program without a good token', () => {
  const tokens: Readonly<Record<string, () => Promise<string | undefined>>> = {
    none: () => Promise.resolve(undefined),
    unknown: () => Promise.resolve(makeApiToken().reveal()),
    mistyped: async () => (await createToken()).token.slice(0, -1),
    expired: createExpired,
    revoked: async () => {
      const { token, id } = await createToken()
      await sekisho('token', 'revoke', id)
      return token
    },
    "a disabled user's": async () => {
      const { token } = await createToken('--user', 'bob')
      await sekisho('user', 'disable', 'bob')
      return token
    },
  }

  it.each(Object.keys(tokens))('(%s) gets the exception that its client has for this', async (which) => {
    const token = await tokens[which]?.()
    const url = gate.url
    expect(await runPythonClient({ url, job: 'connect', token })).toEqual([
      [
        'connect',
        {
          raised: 'gradio_client.exceptions.AuthenticationError',
          text: `Could not load ${url}/ as credentials were not provided. Please login.`,
        },
      ],
    ])
    expect(await attempt(() => connect(url, token))).toEqual({
      raised: 'Error',
      text: 'Login credentials are required to access this space.',
    })
  })
})

describe('a program whose token is revoked while it works', () => {
  it('in Python sees the call under way end, and every further one refused', async () => {
    const { token, id } = await createToken()
    const deed = () => sekisho('token', 'revoke', id)
    const after = { use: 'started', deed }
    const counted = await journal.count('count left')
    const told = await runPythonClient({ url: gate.url, job: 'endless', token, after })
    const refused = (target: string) => ({
      raised: 'httpx.HTTPStatusError',
      text: expect.stringMatching(
        `^Client error '401 Unauthorized' for url '${gate.url}${target}'`,
      ) as unknown,
    })
    expect(told).toEqual([
      ['connect', 'connected'],
      ['started', null],
      ['the call under way', { raised: 'concurrent.futures._base.CancelledError', text: '' }],
      ['the next call', refused('/gradio_api/queue/join')],
      ['an upload', refused('/gradio_api/upload')],
      ['a new client', expect.objectContaining({ raised: 'gradio_client.exceptions.AuthenticationError' })],
    ])
    await journal.until('count left', counted + 1)
  })

  it('in JavaScript sees the call under way end, and every further one refused', async () => {
    const { token, id } = await createToken()
    const client = await connect(gate.url, token)
    const counted = await journal.count('count left')
    const begun = Promise.withResolvers<void>()
    const endless = attempt(() => iterate(client, 600, Infinity, begun.resolve))
    await Promise.race([begun.promise, endless])
    await sekisho('token', 'revoke', id)
    expect(await endless).toEqual({ raised: 'Error', text: 'Connection errored out. ' })
    expect(await attempt(() => predict(client, '/echo', ['hi']))).toEqual({
      raised: 'Error',
      text: '{"error":"Not authenticated","auth_message":null}',
    })
    expect(await attempt(() => predict(client, '/fast_echo', ['hi']))).toEqual({
      raised: 'Error',
      text: 'An unknown error occurred while making a prediction.',
    })
    await journal.until('count left', counted + 1)
    client.close()
  })
})

describe('a program that the policy keeps out', () => {
  it('gets the exception that its client has for this', async () => {
    const policy = path.join(gate.home, 'people.cedar')
    await writeFile(policy, 'permit (principal, action in Sekisho::Action::"public", resource);')
    const closed = await startTestGate({ upstream: app.url, config: `policy: ${policy}` })
    try {
      const { stdout } = await closed.cli('token', 'create', '--name', 'ci')
      const token = stdout.trim()
      expect(await runPythonClient({ url: closed.url, job: 'connect', token })).toEqual([
        ['connect', { raised: 'builtins.ValueError', text: `Could not fetch config for ${closed.url}/` }],
      ])
      expect(await attempt(() => connect(closed.url, token))).toEqual({
        raised: 'Error',
        text: expect.stringContaining('received status 403') as unknown,
      })
    } finally {
      await closed.stop()
    }
  })
})

describe('the recipes of docs/operate/tokens.md', () => {
  /** The block of a language, for this gate and a function of this app. */
  async function recipe(language: string): Promise<string> {
    const text = await readFile(path.join(import.meta.dirname, '../docs/operate/tokens.md'), 'utf8')
    const blocks = [...text.matchAll(/```(\w+)\n(.*?)```/gs)].filter(([, marked]) => marked === language)
    const block = blocks.at(-1)?.[2] ?? ''
    expect(block).toContain('https://demo.example.org')
    return block.replaceAll('https://demo.example.org', gate.url).replaceAll('/predict', '/echo')
  }

  it.each(['python', 'js', 'sh'] as const)('work as they stand (%s)', async (language) => {
    const { token } = await createToken()
    expect(await runRecipe(language, await recipe(language), token)).toContain('echo: hello')
  })
})
