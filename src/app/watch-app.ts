/** Keeps knowing the app: after every restart it is looked at again before anything is sent to it. */
import type { Pool } from 'undici'
import type { Audit } from '../audit/audit.ts'
import type { Risk } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import type { ApiPrefix } from './api-prefix.ts'
import { findRisks, type FoundRisk } from './find-risks.ts'
import type { DeclaredModel } from './make-model.ts'
import { readDigest, readModel } from './read-model.ts'
import { RenderedFunctions } from './rendered.ts'
import { readApp, readAppId, readQueueEmpty, type AppClient, type AppFacts } from './read-app.ts'
import { readAppFile, type AppFile } from './read-file.ts'

/**
 * How often the app is asked whether it is still the one that was looked at. More often than connections to it are
 * given up for idleness, so that one is always open, and its end tells of a restart at once.
 */
const every = 2_000
/** After so many askings it is looked at anew all the same: a tunnel can be opened without a restart. */
const anew = 30
/** After so many, whether it still declares the same: functions may change without a restart (hot reload, gr.Workflow). */
const compared = 5
/** How long nobody asks again because of a request that names what isn't known. */
const rest = 1_000

interface Parts {
  readonly client: Pool
  readonly upstream: URL
  readonly accepted: readonly Risk[]
  readonly audit: Audit
  /** See AppClient. */
  readonly assertion?: () => Promise<string>
  /** Milliseconds until an app that took the connection counts as busy. */
  readonly patience?: number
}

const certain = Promise.resolve()

function wantsLogin(fault: unknown): boolean {
  return fault instanceof GateFault && fault.code === 'app-login'
}

export class AppWatch {
  state: 'verified' | 'rejected' | 'away' = 'away'
  pages: ReadonlySet<string> = new Set()
  facts: AppFacts | undefined
  /** What it is made of; another one as soon as it declares something else. Undefined before the first look. */
  model: DeclaredModel | undefined
  readonly rendered = new RenderedFunctions()
  readonly base: string
  readonly #parts: Parts
  readonly #patient: AppClient
  #timer: NodeJS.Timeout | undefined
  /** Set while nobody may rely on `state`. */
  #doubt: Promise<void> | undefined
  #asked = 0
  #digest = ''
  #refreshed: Promise<void> | undefined
  #closed = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#patient = {
      client: parts.client,
      patience: parts.patience ?? 10_000,
      ...(parts.assertion && { assertion: parts.assertion }),
    }
    this.base = parts.upstream.pathname.replace(/\/+$/, '')
    parts.client.on('disconnect', (_origin, _targets, error) => {
      // Our own doing (idle, cut) says nothing of the app; that it hung up may mean that it is another one now.
      if (/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(error.code)) this.suspect()
    })
  }

  /** Where its routes begin; before the first look, where they usually do. */
  get api(): ApiPrefix {
    return this.facts?.api ?? '/gradio_api'
  }

  /**
   * The first look, at start. GateFault `app-unreachable`, or `app-unsafe` with every remedy in words. An app that wants an
   * assertion stays `away` for now: it fetches the keys from the gate, which doesn't listen yet.
   */
  async open(): Promise<void> {
    try {
      await this.#begin()
    } catch (fault) {
      if (!wantsLogin(fault) || this.#parts.assertion === undefined) throw fault
    }
  }

  /** Once the gate listens: what `open` had to leave. Also GateFault `app-login`. */
  async confirm(): Promise<void> {
    if (this.#timer === undefined && !this.#closed) await this.#begin()
  }

  async #begin(): Promise<void> {
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

  /** For a request that names what the model doesn't know: perhaps the app has changed. */
  refresh(): Promise<void> {
    this.#refreshed ??= this.#compare().finally(() => {
      setTimeout(() => (this.#refreshed = undefined), rest).unref()
    })
    return this.#refreshed
  }

  /** Whose it is has been judged before. */
  readFile(path: string, mostBytes: number): Promise<AppFile | 'absent' | 'large'> {
    return readAppFile({ client: this.#patient, root: `${this.base}${this.api}`, mostBytes }, path)
  }

  /** Whether the app says that nothing waits; what it doesn't say is no. */
  async isQueueEmpty(): Promise<boolean> {
    try {
      return await readQueueEmpty({ ...this.#patient, patience: rest }, `${this.base}${this.api}`)
    } catch {
      return false
    }
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
      const appId = await readAppId(this.#patient, `${this.base}${this.api}`)
      const same = this.state !== 'away' && appId !== undefined && appId === this.facts?.appId
      if (!same || ++this.#asked % anew === 0) this.suspect()
      else if (this.#asked % compared === 0 || this.model?.config['dev_mode'] === true) await this.#compare()
    } catch (thrown) {
      // A busy app is the one it was.
      if (!(thrown instanceof GateFault && thrown.code === 'app-busy')) this.suspect()
    }
  }

  async #compare(): Promise<void> {
    try {
      if ((await readDigest(this.#patient, this.base)) === this.#digest) return
    } catch {
      // Whether it is there at all is found out by the look that doubt brings.
    }
    this.suspect()
    await this.settled()
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
    // An app that can't stay gets the words about that, and another Gradio describes itself in other ways.
    const told = rejected.length > 0 ? undefined : await readModel(this.#patient, this.base)
    // Two apps answered, one after the other.
    if (told !== undefined && told.model.appId !== facts.appId)
      throw new GateFault('app-unreachable', 'The app is just being restarted.')
    const state = rejected.length > 0 ? 'rejected' : 'verified'
    const news = state !== this.state || facts.appId !== this.facts?.appId
    this.facts = facts
    this.pages = new Set(facts.pages)
    if (told !== undefined && told.digest !== this.#digest)
      [this.model, this.#digest] = [told.model, told.digest]
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
