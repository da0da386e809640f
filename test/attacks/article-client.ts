/** What the article's page does, without the page; and what its app let through (test/rig/apps/article.py). */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { askJson, type Asked, type Asking } from '../rig/ask.ts'

const articlePassword = 'password'

/** The functions of the article's app that its scheme guards. */
type Guarded = 'submit' | 'remove'

export interface ArticleCall {
  readonly session_hash: string
  readonly challenge: string
  /** The answer to the challenge. */
  readonly r: string
  readonly content: string
}

export const newSession = () => randomUUID()

/** What the page asks for when it opens: a fresh challenge for its session. */
export async function loadChallenge(url: string, session_hash: string, asking: Asking = {}): Promise<string> {
  const answer = await askJson(url, '/gradio_api/run/load', { data: [], session_hash }, asking)
  if (answer.status !== 200) throw new TypeError(`no challenge: ${String(answer.status)}`)
  const [challenge = ''] = (JSON.parse(answer.body) as { data: string[] }).data
  return challenge
}

export const answerTo = (challenge: string, password = articlePassword): string =>
  createHash('sha256')
    .update(challenge + password)
    .digest('hex')

export const dataOf = ({ challenge, r, content }: ArticleCall) => ['', challenge, r, content, 'b', 'c']

export function callArticle(
  url: string,
  name: Guarded,
  call: ArticleCall,
  asking: Asking = {},
): Promise<Asked> {
  const body = { data: dataOf(call), session_hash: call.session_hash }
  return askJson(url, `/gradio_api/run/${name}`, body, asking)
}

/** A page that has opened and answers its challenge rightly, up to the click. */
export async function openPage(url: string, content: string, asking: Asking = {}): Promise<ArticleCall> {
  const session_hash = newSession()
  const challenge = await loadChallenge(url, session_hash, asking)
  return { session_hash, challenge, r: answerTo(challenge), content }
}

export const wasAccepted = ({ status, body }: Pick<Asked, 'status' | 'body'>) =>
  status === 200 && /ACCEPTED|REMOVED/.test(body)

export interface Journal {
  /** For the app's environment. */
  readonly folder: string
  /** What the app let through so far: `submit <first content>`. */
  lines(): Promise<readonly string[]>
  /** How often exactly this was let through. */
  count(line: string): Promise<number>
  /** Ends work of that name. */
  finish(content: string): Promise<void>
}

/** A place where an app of this file writes down what it lets through. */
export function useJournal(): Journal {
  const folder = mkdtempSync(path.join(tmpdir(), 'sekisho-article-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const lines = async () => {
    const text = await readFile(path.join(folder, 'journal'), 'utf8').catch(() => '')
    return text.split('\n').slice(0, -1)
  }
  return {
    folder,
    lines,
    count: async (line) => (await lines()).filter((one) => one === line).length,
    finish: (content) => writeFile(path.join(folder, content), ''),
  }
}
