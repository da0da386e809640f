/** Keeps knowing the app: after every restart it is looked at again before anything is sent to it. */
import type { Pool } from 'undici'
import type { Audit } from '../audit/audit.ts'
import type { Risk } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import { findRisks, type FoundRisk } from './find-risks.ts'
import { readApp, readAppId, type AppClient, type AppFacts } from './read-app.ts'

/**
 * How often the app is asked whether it is still the one that was looked at. More often than connections to it are
 * given up for idleness, so that one is always open, and its end tells of a restart at once.
 */
const every = 2_000
/** After so many askings it is looked at anew all the same: a tunnel can be opened without a restart. */
const anew = 30

interface Parts {
  readonly client: Pool
  readonly upstream: URL
  readonly accepted: readonly Risk[]
  readonly audit: Audit
  /** Milliseconds until an app that took the connection counts as busy. */
  readonly patience?: number
}

const certain = Promise.resolve()

export class AppWatch {
  state: 'verified' | 'rejected' | 'away' = 'away'
  pages: ReadonlySet<string> = new Set()
  facts: AppFacts | undefined
  readonly base: string
  readonly #parts: Parts
  readonly #patient: AppClient
  #timer: NodeJS.Timeout | undefined
  /** Set while nobody may rely on `state`. */
  #doubt: Promise<void> | undefined
  #asked = 0
  #closed = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#patient = { client: parts.client, patience: parts.patience ?? 10_000 }
    this.base = parts.upstream.pathname.replace(/\/+$/, '')
    parts.client.on('disconnect', (_origin, _targets, error) => {
      // Our own doing (idle, cut) says nothing of the app; that it hung up may mean that it is another one now.
      if (/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(error.code)) this.suspect()
    })
  }

  /** The first look, at start. GateFault `app-unreachable`, or `app-unsafe` with every remedy in words. */
  async open(): Promise<void> {
    const rejected = await this.#inspect()
    if (rejected.length > 0) {
      const words = rejected.map((found) => `- ${found.words}\n  To accept it: accept_risks: [${found.risk}]`)
      throw new GateFault('app-unsafe', `This app would undo the gate:\n${words.join('\n')}`)
    }
    this.#timer = setInterval(() => void this.#look(), every)
    this.#timer.unref()
  }

  /** Resolves once it is certain which app is there; a busy app is waited for, as without the gate. */
  settled(): Promise<void> {
    return this.#doubt ?? certain
  }

  /** Something hints at another app: until the next look is over, requests wait. */
  suspect(): void {
    // Before the first look, and after the last, nobody asks.
    if (this.#timer === undefined || this.#closed || this.#doubt !== undefined) return
    this.#doubt = this.#dispel().finally(() => {
      this.#doubt = undefined
    })
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  async #dispel(): Promise<void> {
    while (!this.#closed && (await this.#lookOnce()) === 'busy');
  }

  async #look(): Promise<void> {
    if (this.#doubt !== undefined) return
    try {
      const appId = await readAppId(this.#patient, this.base)
      const same = this.state !== 'away' && appId !== undefined && appId === this.facts?.appId
      if (!same || ++this.#asked % anew === 0) this.suspect()
    } catch (thrown) {
      // A busy app is the one it was.
      if (!(thrown instanceof GateFault && thrown.code === 'app-busy')) this.suspect()
    }
  }

  /** `busy`: it is there and says nothing yet, so what was known of it still stands. */
  async #lookOnce(): Promise<'done' | 'busy'> {
    try {
      await this.#inspect()
      return 'done'
    } catch (thrown) {
      const code = thrown instanceof GateFault ? thrown.code : 'unknown'
      if (code === 'app-busy' && this.state !== 'away') return 'busy'
      this.state = code === 'app-unsafe' ? 'rejected' : 'away'
      return 'done'
    }
  }

  async #inspect(): Promise<readonly FoundRisk[]> {
    const facts = await readApp(this.#patient, this.base)
    const found = await findRisks(this.#parts.upstream, facts)
    const rejected = found.filter((one) => !this.#parts.accepted.includes(one.risk))
    const state = rejected.length > 0 ? 'rejected' : 'verified'
    const news = state !== this.state || facts.appId !== this.facts?.appId
    this.facts = facts
    this.pages = new Set(facts.pages)
    this.state = state
    if (news) this.#note(facts, rejected)
    return rejected
  }

  #note(facts: AppFacts, rejected: readonly FoundRisk[]): void {
    const { audit } = this.#parts
    if (rejected.length === 0) audit.note({ kind: 'app.verified', gradio: facts.gradio })
    else audit.note({ kind: 'app.rejected', risks: rejected.map((one) => one.risk) })
  }
}
