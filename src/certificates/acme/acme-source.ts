/** A certificate from a CA by ACME: obtained when there is none, renewed when two thirds of its life are over. */
import { join } from 'node:path'
import { GateFault } from '../../kit/fault.ts'
import { Challenges } from '../challenges.ts'
import type { Certificate, CertificateSource, SourceParts } from '../certificate-source.ts'
import { examine, joinPair, splitPair } from '../pair.ts'
import { readPrivateFile, writePrivateFile } from '../private-file.ts'
import { openAccount, termsWords } from './account.ts'
import { Attempts } from './attempts.ts'
import { order, OrderFailed, type ChallengeType } from './order.ts'
import { openTransport, type Transport } from './transport.ts'
import { oneLine, remedy, wordsOf } from './words.ts'

export interface AcmeOptions {
  readonly names: readonly string[]
  /** URL of the CA's directory. */
  readonly directory: string
  readonly email?: string
  readonly caFile?: string
}

export interface AcmeParts extends SourceParts {
  /** From 0 to 1. */
  readonly random: () => number
}

/** A clock may be set, a machine may sleep: the time is looked at this often at least. */
const longestNap = 3_600_000
const shortestNap = 500
/** A certificate that was due before it was asked for shows a wrong clock; asking again brings just such another one. */
const clockPause = 86_400_000

export class AcmeSource implements CertificateSource {
  readonly names: readonly string[]
  readonly challenges = new Challenges()
  readonly #options: AcmeOptions
  readonly #parts: AcmeParts
  readonly #folder: string
  readonly #stop = new AbortController()
  readonly #watchers: ((certificate: Certificate) => void)[] = []
  #attempts: Attempts | undefined
  #types: readonly ChallengeType[] = []
  #current: Certificate | undefined
  #timer: NodeJS.Timeout | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(options: AcmeOptions, parts: AcmeParts) {
    this.#options = options
    this.#parts = parts
    this.names = options.names
    // Two CAs, two accounts: what is known at one says nothing at another.
    this.#folder = join(parts.folder, slugOf(options.directory))
  }

  async open({ http }: { readonly http: boolean }): Promise<void> {
    const { clock, random } = this.#parts
    this.#types = http ? ['http-01', 'tls-alpn-01'] : ['tls-alpn-01']
    const subject = [this.#options.directory, ...this.#types, ...this.names]
    this.#attempts = new Attempts(this.#folder, subject, random)
    await this.#attempts.load()
    this.#current = await this.#readKept()
    if (this.#current === undefined) {
      const pending = this.#attempts.pending(clock.now())
      if (pending !== undefined) throw this.#unavailable(pending.says, pending.again)
      await this.#obtain(this.#attempts)
    }
    this.#sleep()
  }

  current(): Certificate | undefined {
    return this.#current
  }

  onChange(call: (certificate: Certificate) => void): void {
    this.#watchers.push(call)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    clearTimeout(this.#timer)
    await this.#work
  }

  /** What an earlier run left, if it hasn't ended and is good for every name. */
  async #readKept(): Promise<Certificate | undefined> {
    const pair = splitPair((await readPrivateFile(this.#file)) ?? '')
    if (pair === undefined) return undefined
    const facts = examine(pair)
    if ('trouble' in facts || facts.notAfter <= this.#parts.clock.now()) return undefined
    return this.names.every((name) => facts.covers(name)) ? { pair, facts } : undefined
  }

  get #file(): string {
    return join(this.#folder, 'certificate.pem')
  }

  #sleep(): void {
    if (this.#stop.signal.aborted) return
    const now = this.#parts.clock.now()
    const due = Math.max(this.#renewalTime(), this.#attempts?.pending(now)?.again ?? 0)
    const nap = Math.min(Math.max(due - now, shortestNap), longestNap)
    this.#timer = setTimeout(() => {
      this.#work = this.#look().finally(() => this.#sleep())
    }, nap).unref()
  }

  #renewalTime(): number {
    if (this.#current === undefined) return 0
    const { notBefore, notAfter } = this.#current.facts
    return notAfter - (notAfter - notBefore) / 3
  }

  async #look(): Promise<void> {
    const now = this.#parts.clock.now()
    if (this.#attempts === undefined || now < this.#renewalTime()) return
    if (this.#attempts.pending(now) !== undefined) return
    // Another process with the same state may have been here first.
    const kept = await this.#readKept().catch(() => undefined)
    if (kept !== undefined && kept.facts.notAfter > (this.#current?.facts.notAfter ?? 0)) this.#take(kept)
    // The fault is said and recorded where it is made; the old certificate serves on.
    else await this.#obtain(this.#attempts).catch(() => undefined)
  }

  #take(certificate: Certificate): void {
    this.#current = certificate
    for (const call of this.#watchers) call(certificate)
  }

  async #obtain(attempts: Attempts): Promise<void> {
    const { clock, record, say } = this.#parts
    const askedAt = clock.now()
    let transport: Transport | undefined
    try {
      // With nothing to serve, each start of a service asks: it has to be known that it did.
      if (this.#current === undefined) await attempts.prepare()
      transport = await openTransport(this.#options, this.#stop.signal)
      const certificate = await this.#ask(transport)
      await this.#keep(certificate)
      this.#take(certificate)
    } catch (thrown) {
      if (this.#stop.signal.aborted) throw thrown
      // Without a certificate it is what the start ends with; no CA was asked.
      if (thrown instanceof GateFault && this.#current === undefined) throw thrown
      await this.#fail(thrown, { attempts, retryAfterMs: transport?.retryAfterMs() ?? 0 })
    }
    await this.#countSuccess(attempts, askedAt)
    const { notAfter, issuer } = this.#current?.facts ?? { notAfter: clock.now(), issuer: '' }
    say(
      `Certificate for ${this.names.join(', ')} by ${oneLine(issuer)}, good until ${new Date(notAfter).toISOString()}.`,
    )
    await record({ kind: 'certificate.obtained', how: 'acme', names: this.names, issuer, notAfter })
  }

  async #countSuccess(attempts: Attempts, askedAt: number): Promise<void> {
    if (askedAt < this.#renewalTime()) return attempts.succeed()
    const clock = new Date(askedAt).toISOString()
    const says = `by the clock of this machine (${clock}) the certificate is already at its end. Is the clock right?`
    const { again } = await attempts.fail(askedAt, says, clockPause)
    this.#parts.say(`Warning: ${says} The CA is asked again at ${new Date(again).toISOString()}.`)
  }

  /** A full disk is no reason to do without the new certificate. */
  async #keep({ pair }: Certificate): Promise<void> {
    try {
      await writePrivateFile(this.#file, joinPair(pair))
    } catch (cause) {
      this.#parts.say(`Warning: the new certificate is not kept. ${wordsOf(cause, this.#options.directory)}`)
    }
  }

  async #fail(
    thrown: unknown,
    { attempts, retryAfterMs }: { readonly attempts: Attempts; readonly retryAfterMs: number },
  ): Promise<never> {
    const { clock, record, say } = this.#parts
    const says = this.#explain(thrown)
    const { again } = await attempts.fail(clock.now(), says, retryAfterMs)
    const until = this.#current?.facts.notAfter
    if (until !== undefined) {
      const end = `${until < clock.now() ? 'ended at' : 'is good until'} ${new Date(until).toISOString()}`
      say(
        `Warning: the certificate could not be renewed. ${says} It ${end}; next attempt at ${new Date(again).toISOString()}.`,
      )
    }
    await record({
      kind: 'certificate.renewal-failed',
      why: says,
      again,
      ...(until !== undefined && { until }),
    })
    throw this.#unavailable(says, again)
  }

  #explain(thrown: unknown): string {
    const said = wordsOf(thrown, this.#options.directory).replace(/[.\s]*$/, '.')
    const verified = !(thrown instanceof OrderFailed && thrown.at === 'verification')
    return verified ? said : `${said} ${remedy(this.names, this.#types)}`
  }

  #unavailable(says: string, again: number): GateFault {
    const names = this.names.join(', ')
    return new GateFault(
      'certificate-unavailable',
      `There is no certificate for ${names}: ${says}\nThe CA isn't asked again before ${new Date(again).toISOString()}, ` +
        'so as not to use up its limits.',
    )
  }

  /** Tries the types of challenge one after the other: a firewall often closes one of the two ports. */
  async #ask(transport: Transport): Promise<Certificate> {
    const { say } = this.#parts
    const directory = await transport.readDirectory()
    const announce = () => say(oneLine(termsWords(this.#options.directory, directory)))
    const client = await openAccount(transport, { ...this.#options, folder: this.#folder, announce })
    const ordering = {
      client,
      crypto: transport.crypto,
      directory,
      names: this.names,
      challenges: this.challenges,
      signal: this.#stop.signal,
    }
    let failed: OrderFailed | undefined
    for (const type of this.#types) {
      say(`Asking the CA for a certificate for ${this.names.join(', ')} (${type}) …`)
      try {
        return this.#check(await order(ordering, type))
      } catch (thrown) {
        if (!(thrown instanceof OrderFailed) || thrown.at !== 'verification') throw thrown
        failed = new OrderFailed(
          'verification',
          [failed?.message, thrown.message].filter(Boolean).join('; then: '),
        )
      }
    }
    throw failed ?? new OrderFailed('verification', 'there is no way to be verified')
  }

  #check(pair: Certificate['pair']): Certificate {
    const facts = examine(pair)
    if ('trouble' in facts)
      throw new OrderFailed('signing', `its certificate can't be used: ${facts.trouble}`)
    const missing = this.names.find((name) => !facts.covers(name))
    if (missing !== undefined) throw new OrderFailed('signing', `its certificate is not for ${missing}`)
    return { pair, facts }
  }
}

/** Host and path of a directory as one file name. */
function slugOf(directory: string): string {
  const { host, pathname } = new URL(directory)
  return `${host}${pathname}`
    .replace(/[^A-Za-z0-9.-]+/g, '_')
    .replace(/^[_.]+|_+$/g, '')
    .slice(0, 120)
}
