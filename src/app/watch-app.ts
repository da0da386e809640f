/** Keeps knowing the app: after every restart it is looked at again before anything is sent to it. */
import type { Pool } from 'undici'
import type { Audit } from '../audit/audit.ts'
import type { Risk } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import { findRisks, type FoundRisk } from './find-risks.ts'
import { readApp, readAppId, type AppFacts } from './read-app.ts'

/** How often the app is asked whether it is still the one that was looked at. */
const every = 2_000
/** After so many askings it is looked at anew all the same: a tunnel can be opened without a restart. */
const anew = 30

export interface WatchedApp {
  readonly state: 'verified' | 'rejected' | 'away'
  readonly base: string
  readonly pages: ReadonlySet<string>
  readonly facts: AppFacts | undefined
  suspect(): void
  close(): void
}

interface Parts {
  readonly client: Pool
  readonly upstream: URL
  readonly accepted: readonly Risk[]
  readonly audit: Audit
}

export class AppWatch implements WatchedApp {
  state: WatchedApp['state'] = 'away'
  pages: ReadonlySet<string> = new Set()
  facts: AppFacts | undefined
  readonly base: string
  readonly #parts: Parts
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #asked = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.base = parts.upstream.pathname.replace(/\/+$/, '')
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

  suspect(): void {
    void this.#look()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    try {
      const appId = await readAppId(this.#parts.client, this.base)
      const same = this.state !== 'away' && appId !== undefined && appId === this.facts?.appId
      if (!same || ++this.#asked % anew === 0) await this.#inspect()
    } catch (thrown) {
      this.state = thrown instanceof GateFault && thrown.code === 'app-unsafe' ? 'rejected' : 'away'
    }
  }

  async #inspect(): Promise<readonly FoundRisk[]> {
    const facts = await readApp(this.#parts.client, this.base)
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
