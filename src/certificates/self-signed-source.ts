/** A certificate that this machine makes for itself: encryption at once, trust by comparing its fingerprint. */
import { isIP } from 'node:net'
import { join } from 'node:path'
import { GateFault } from '../kit/fault.ts'
import type { Certificate, CertificateSource, SourceParts } from './certificate-source.ts'
import { examine, joinPair, splitPair } from './pair.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

export interface SelfSignedNames {
  /** It is made anew when it isn't good for one of these. */
  readonly names: readonly string[]
  /** Also in it when it is made; who confirmed a fingerprint must not lose it to an address that comes and goes. */
  readonly further: readonly string[]
}

const day = 86_400_000
/** Browsers take no longer one (CA/Browser Forum, Baseline Requirements 6.3.2: 398 days). */
const lifetime = 397 * day
const renewBefore = 30 * day
/** A client whose clock is a little behind. */
const leeway = day
const lookEveryMs = 3_600_000

export class SelfSignedSource implements CertificateSource {
  readonly names: readonly string[]
  readonly #further: readonly string[]
  readonly #parts: SourceParts
  readonly #file: string
  readonly #watchers: ((certificate: Certificate) => void)[] = []
  #current: Certificate | undefined
  #timer: NodeJS.Timeout | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor({ names, further }: SelfSignedNames, parts: SourceParts) {
    this.names = names
    this.#further = further
    this.#parts = parts
    this.#file = join(parts.folder, 'self-signed.pem')
  }

  async open(): Promise<void> {
    this.#current = (await this.#readKept()) ?? (await this.#make())
    this.#timer = setInterval(() => {
      this.#work = this.#look().catch(() => undefined)
    }, lookEveryMs).unref()
  }

  current(): Certificate | undefined {
    return this.#current
  }

  onChange(call: (certificate: Certificate) => void): void {
    this.#watchers.push(call)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#work
  }

  async #look(): Promise<void> {
    if (this.#current !== undefined && this.#isFresh(this.#current)) return
    const made = await this.#make()
    this.#current = made
    for (const call of this.#watchers) call(made)
    this.#parts.say(
      `A new self-signed certificate is in use. Fingerprint (SHA-256): ${made.facts.fingerprint}`,
    )
  }

  #isFresh({ facts }: Certificate): boolean {
    const now = this.#parts.clock.now()
    return facts.notBefore <= now && facts.notAfter - renewBefore > now
  }

  async #readKept(): Promise<Certificate | undefined> {
    const pair = splitPair((await readPrivateFile(this.#file)) ?? '')
    const facts = pair === undefined ? undefined : examine(pair)
    if (pair === undefined || facts === undefined || 'trouble' in facts) return undefined
    const kept = { pair, facts }
    return this.#isFresh(kept) && this.names.every((name) => facts.covers(name)) ? kept : undefined
  }

  async #make(): Promise<Certificate> {
    const all = [...new Set([...this.names, ...this.#further])]
    const from = this.#parts.clock.now() - leeway
    // A library of some size: only who makes a certificate waits for it.
    const { generate } = await import('selfsigned')
    const made = await generate([{ name: 'commonName', value: 'sekisho' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate: new Date(from),
      notAfterDate: new Date(from + lifetime),
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: all.map(altName) },
      ],
    })
    const pair = { cert: made.cert, key: made.private }
    const facts = examine(pair)
    if ('trouble' in facts)
      throw new GateFault('certificate-unavailable', `No certificate could be made: ${facts.trouble}.`)
    await writePrivateFile(this.#file, joinPair(pair))
    const { issuer, notAfter } = facts
    await this.#parts.record({
      kind: 'certificate.obtained',
      how: 'self-signed',
      names: all,
      issuer,
      notAfter,
    })
    return { pair, facts }
  }
}

/** RFC 5280 section 4.2.1.6: 2 is a DNS name, 7 an IP address. */
function altName(name: string) {
  return isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name }
}
