/** Keeps knowing the app: after every restart it is looked at again before anything is sent to it. */
import type { Pool } from 'undici'
import type { Audit } from '../audit/audit.ts'
import type { Risk } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import { findRisks, type FoundRisk } from './find-risks.ts'
import { readApp, readAppId, type AppFacts } from './read-app.ts'

/** How often the app is asked whether it is still the one that was looked at. */
const every = 2_000

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
      if (this.state !== 'away' && appId !== undefined && appId === this.facts?.appId) return
      const rejected = await this.#inspect()
      if (rejected.length > 0)
        this.#parts.audit.note({ kind: 'app.rejected', risks: rejected.map((found) => found.risk) })
    } catch (thrown) {
      this.state = thrown instanceof GateFault && thrown.code === 'app-unsafe' ? 'rejected' : 'away'
    }
  }

  async #inspect(): Promise<readonly FoundRisk[]> {
    const facts = await readApp(this.#parts.client, this.base)
    const found = await findRisks(this.#parts.upstream, facts)
    const rejected = found.filter((one) => !this.#parts.accepted.includes(one.risk))
    this.facts = facts
    this.pages = new Set(facts.pages)
    this.state = rejected.length > 0 ? 'rejected' : 'verified'
    if (this.state === 'verified') this.#parts.audit.note({ kind: 'app.verified', gradio: facts.gradio })
    return rejected
  }
}
