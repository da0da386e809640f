/** The app that writes down what a request reached, asked without a gate: only what the gate's own steps let through goes there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { learnRendered } from '../../src/app/learn-rendered.ts'
import type { DeclaredModel } from '../../src/app/make-model.ts'
import { readModel } from '../../src/app/read-model.ts'
import { RenderedFunctions } from '../../src/app/rendered.ts'
import type { Method } from '../../src/catalog/entry.ts'
import { catalogue, catalogueOfFour } from '../../src/catalog/index.ts'
import { classify, compileCatalogue } from '../../src/classify/classify.ts'
import { writeContent } from '../../src/forward/write-content.ts'
import { Secret } from '../../src/kit/secret.ts'
import { parseStrictText, requestLimits } from '../../src/kit/strict-json.ts'
import { Ledger } from '../../src/ownership/ledger.ts'
import type { Owner } from '../../src/ownership/owner.ts'
import { SessionHashes } from '../../src/ownership/session-hash.ts'
import { read } from '../../src/read/read.ts'
import { parseTarget } from '../../src/receive/canonical-path.ts'
import { isRefusal } from '../../src/refusals.ts'
import type { ClientAddress, Authorized, Resolved } from '../../src/request.ts'
import { resolve } from '../../src/resolve/resolve.ts'
import { makeMemoryData } from '../../src/store/engines/memory/data.ts'
import { makeMemoryStore } from '../../src/store/engines/memory/open.ts'
import { startTestApp } from '../rig/test-app.ts'

export interface RawRequest {
  readonly method: Method
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A line of the journal. */
export interface Reached {
  readonly case: string
  readonly route?: string
  /** The Python function that ran. */
  readonly ran?: string
  readonly value?: unknown
  readonly session?: string | null
}

export interface Answered {
  readonly status: number
  readonly text: string
}

const catalogues = { '/gradio_api': compileCatalogue(catalogue), '': compileCatalogue(catalogueOfFour) }
const json = { 'content-type': 'application/json' }

export const asker = 'user:asker' as Owner
export const neighbour = 'user:neighbour' as Owner
/** Of the asker, with functions rendered in it. */
export const drawn = 'drawn'

export async function startWays() {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-ways-'))
  const journal = path.join(folder, 'journal')
  await writeFile(journal, '')
  const app = await startTestApp('ways', { env: { WAYS_JOURNAL: journal } })
  // A connection for each request: after an error Gradio's server hangs up, and the next one would be lost.
  const pool = new Pool(app.url, { connections: 24, pipelining: 0 })
  const { model } = await readModel({ client: pool, patience: 20_000 }, '')
  const ways = new Ways(pool, model, journal)
  await ways.draw()
  const stop = async () => {
    await pool.destroy()
    await app.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { ways, stop, temporary: app.temporary }
}

export class Ways {
  readonly model: DeclaredModel
  readonly ledger: Ledger
  readonly #rendered = new RenderedFunctions()
  readonly #pool: Pool
  readonly #journal: string

  constructor(pool: Pool, model: DeclaredModel, journal: string) {
    this.model = model
    this.#pool = pool
    this.#journal = journal
    this.ledger = new Ledger({
      store: makeMemoryStore(makeMemoryData()),
      clock: { now: () => 1_900_000_000_000 },
      hashes: new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' }),
      sharedFiles: () => model.sharedFiles,
    })
  }

  upstream(owner: Owner, hash: string): string {
    return this.ledger.nameSession(owner, hash)?.upstream ?? ''
  }

  /** Lets the app render for the asker's session, and learns from its answer as the gate does. */
  async draw(): Promise<void> {
    const apply = this.model.byName.get('apply')
    const session = this.upstream(asker, drawn)
    const body = JSON.stringify({ data: [null], fn_index: apply?.id, session_hash: session })
    const { text } = await this.#ask({
      method: 'POST',
      target: '/gradio_api/run/predict',
      headers: json,
      body,
    })
    const tap = learnRendered({ rendered: this.#rendered, session, model: () => this.model, from: 'answer' })
    void tap.take({ text, json: () => parseStrictText(text, requestLimits) })
  }

  renderedId(name: string): number {
    const session = this.upstream(asker, drawn)
    for (let id = 0; id < 100; id++) {
      if (this.#rendered.endpoint(session, id, this.model)?.apiName === name) return id
    }
    throw new TypeError(`Nothing is rendered that is called ${name}.`)
  }

  /** The steps before the policy; undefined when one of them refuses. */
  async judge(raw: RawRequest): Promise<Resolved | undefined> {
    const parsed = parseTarget(raw.target)
    if ('trouble' in parsed) return undefined
    const bytes = raw.body === undefined ? undefined : Buffer.from(raw.body)
    const received = {
      ...{
        id: 'r',
        method: raw.method,
        ...parsed,
        requestTarget: raw.target,
        headers: raw.headers,
        client: '127.0.0.1' as ClientAddress,
      },
      ...{ site: { scheme: 'http', host: 'gate.test' } as const, at: 0, onGone: () => undefined },
      ...(bytes && {
        body: { stream: Readable.from([bytes]), length: bytes.byteLength, accept: () => undefined },
      }),
    }
    const pages = new Set(this.model.pages.filter((page) => page !== '').map((page) => `/${page}`))
    const classified = classify(received, { catalogues, app: { base: '', api: '/gradio_api', pages } })
    if (classified.entry.goesTo !== 'upstream' || !classified.methodKnown) return undefined
    const principal = { kind: 'user', username: 'asker', session: { id: 's', account: 'asker' } }
    const authorized = {
      ...classified,
      principal,
      allow: { policies: [] },
      proof: { kind: 'none' },
    } as unknown as Authorized
    const limits = { callBytes: 1e6, uploadBytes: 1e6 }
    const whole = await read(authorized, { limits, uploads: { maxFiles: 10 } })
    if (isRefusal(whole)) return undefined
    const resolved = await resolve(whole, {
      app: {
        ...{ base: '', model: this.model, rendered: this.#rendered },
        settled: async () => undefined,
        refresh: async () => undefined,
      },
      ownership: this.ledger,
      rolesOf: async () => [],
      mcp: {
        ...{ mixedBatch: false, countsCalls: () => false },
        ...{ sharedState: { take: async () => true }, readFile: async () => 'absent' as const },
      },
    })
    return isRefusal(resolved) || resolved.target.misfit !== undefined ? undefined : resolved
  }

  /** What was let through, as the gate sends it; of what streams, the beginning. */
  async send(resolved: Resolved, id: string): Promise<Answered> {
    const { path: at, query, content } = resolved.outgoing
    const written = writeContent(content)
    const body = written.body instanceof Readable ? undefined : (written.body ?? undefined)
    return this.#ask(
      {
        method: resolved.method,
        target: query === '' ? at : `${at}?${query}`,
        headers: { ...written.headers, 'x-case': id },
        ...(body !== undefined && { body: body.toString() }),
      },
      resolved.entry.stream,
    )
  }

  /** A stream to its end. */
  async read({ outgoing, method }: Resolved): Promise<string> {
    return (await this.#ask({ method, target: outgoing.path, headers: {} })).text
  }

  async #ask({ method, target, headers, body }: RawRequest, streams = false): Promise<Answered> {
    const signal = AbortSignal.timeout(20_000)
    const answer = await this.#pool.request({ method, path: target, headers, body: body ?? null, signal })
    if (!streams) return { status: answer.statusCode, text: await answer.body.text() }
    answer.body.on('error', () => undefined).destroy()
    return { status: answer.statusCode, text: '' }
  }

  async reached(): Promise<readonly Reached[]> {
    const lines = (await readFile(this.#journal, 'utf8')).split('\n').filter((line) => line !== '')
    return lines.map((line) => JSON.parse(line) as Reached)
  }

  /** Until nothing waits in the app's queue any more, and what ran has been written down. */
  async quiet(): Promise<readonly Reached[]> {
    for (let before = -1; ;) {
      const { text } = await this.#ask({ method: 'GET', target: '/gradio_api/queue/status', headers: {} })
      const { queue_size } = JSON.parse(text) as { readonly queue_size: number }
      const lines = await this.reached()
      if (queue_size === 0 && lines.length === before) return lines
      before = lines.length
      await pause(400)
    }
  }
}
