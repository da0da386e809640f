/** The operator's own certificate: two files, looked at every few seconds, so that whoever renews them just writes. */
import { readFile } from 'node:fs/promises'
import { GateFault } from '../kit/fault.ts'
import type { Certificate, CertificateSource, SourceParts } from './certificate-source.ts'
import { examine, type CertificatePair } from './pair.ts'

export interface PairFiles {
  readonly cert: string
  readonly key: string
}

/** Reading two small files costs nothing; watching them fails on the links that certbot and Kubernetes swap. */
const lookEveryMs = 2_000

export class FileSource implements CertificateSource {
  readonly names: readonly string[] = []
  readonly #files: PairFiles
  readonly #parts: Pick<SourceParts, 'clock' | 'record' | 'say'>
  readonly #watchers: ((certificate: Certificate) => void)[] = []
  #current: Certificate | undefined
  /** What was looked at last, and what was wrong with it. */
  #seen: CertificatePair | undefined
  #told: string | undefined
  #timer: NodeJS.Timeout | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(files: PairFiles, parts: Pick<SourceParts, 'clock' | 'record' | 'say'>) {
    this.#files = files
    this.#parts = parts
  }

  /** Throws GateFault `config-unreadable` or `config-invalid`: at the start there is nothing older to go on with. */
  async open(): Promise<void> {
    const pair = await this.#read()
    const facts = examine(pair)
    if ('trouble' in facts) throw new GateFault('config-invalid', unusable(this.#files, facts.trouble))
    this.#current = { pair, facts }
    this.#seen = pair
    if (facts.notAfter <= this.#parts.clock.now())
      this.#parts.say(`Warning: the certificate in ${this.#files.cert} ended at ${dateOf(facts.notAfter)}.`)
    this.#sleep()
  }

  current(): Certificate | undefined {
    return this.#current
  }

  onChange(call: (certificate: Certificate) => void): void {
    this.#watchers.push(call)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#work
  }

  #sleep(): void {
    this.#timer = setTimeout(() => {
      this.#work = this.#look().then(() => {
        if (this.#timer !== undefined) this.#sleep()
      })
    }, lookEveryMs).unref()
  }

  async #look(): Promise<void> {
    const pair = await this.#read().catch((thrown: unknown) => thrown as GateFault)
    if (pair instanceof GateFault) return this.#tell(pair.message)
    if (isSame(pair, this.#current?.pair)) {
      this.#told = undefined
      return
    }
    // Two files are never written at one moment: a new pair counts when it was seen twice.
    const settled = isSame(pair, this.#seen)
    this.#seen = pair
    if (!settled) return
    const facts = examine(pair)
    if ('trouble' in facts) return this.#tell(unusable(this.#files, facts.trouble))
    if (facts.notAfter <= this.#parts.clock.now())
      return this.#tell(`${this.#files.cert}: this certificate ended at ${dateOf(facts.notAfter)}.`)
    await this.#take({ pair, facts })
  }

  async #take(certificate: Certificate): Promise<void> {
    this.#current = certificate
    this.#told = undefined
    for (const call of this.#watchers) call(certificate)
    const { issuer, notAfter } = certificate.facts
    this.#parts.say(`The new certificate in ${this.#files.cert} is in use, good until ${dateOf(notAfter)}.`)
    // A log that can't be written shows at the next request.
    await this.#parts
      .record({ kind: 'certificate.obtained', how: 'files', names: [], issuer, notAfter })
      .catch(() => undefined)
  }

  /** Once for each trouble. */
  #tell(trouble: string): void {
    if (trouble === this.#told) return
    this.#told = trouble
    this.#parts.say(`Warning: the certificate in use stays. ${trouble}`)
  }

  async #read(): Promise<CertificatePair> {
    const read = async (field: 'cert' | 'key') => {
      try {
        return await readFile(this.#files[field], 'utf8')
      } catch (cause) {
        const words = `tls.${field}: the file ${this.#files[field]} can't be read.`
        throw new GateFault('config-unreadable', words, { cause })
      }
    }
    return { cert: await read('cert'), key: await read('key') }
  }
}

function isSame(a: CertificatePair, b: CertificatePair | undefined): boolean {
  return a.cert === b?.cert && a.key === b.key
}

function dateOf(at: number): string {
  return new Date(at).toISOString()
}

function unusable({ cert, key }: PairFiles, trouble: string): string {
  return (
    `tls: ${cert} and ${key} are not a certificate and its key (${trouble}). Both must be PEM, and the key must be the ` +
    'one that the certificate was made for.'
  )
}
