/** Signs this document's requests (contract/proof.ts), and tells when it no longer can. */
import {
  challengeField,
  proofLabel,
  signatureBase,
  signatureParameters,
  type SignedRequest,
} from 'sekisho/proof'
import { toBase64 } from './base64.ts'
import { freshForMs, passed, readClocks, type Challenges, type Moment, type Timed } from './challenges.ts'
import { isSafe } from './concerns.ts'
import type { ProofCrypto, ProofSecret } from './proof-crypto.ts'
import type { SentBody } from './sent-body.ts'

export interface ProverParts {
  readonly crypto: ProofCrypto
  readonly challenges: Challenges
  readonly findKey: (keyid: string) => Promise<ProofSecret | undefined>
  /** Told whether requests are refused for want of proof. */
  readonly onChange: (lost: boolean) => void
  /** Whether whoever is signed in now is the one whose proofs were refused. */
  readonly isSame: () => Promise<boolean>
  /** Sends a request that changes nothing; undefined where it can't be signed. */
  readonly tellUse: () => Promise<Response | undefined>
}

export interface ToSign {
  readonly method: string
  readonly url: URL
  readonly body?: SentBody | Promise<SentBody> | undefined
  /** The page may be gone before the gate answers what would be asked first. */
  readonly hasty?: boolean
  /** What it was signed with first. */
  first?: Moment & { readonly keyid: string; readonly counter: number }
}

export type ProofHeaders = Readonly<Record<string, string>>

// Their names are written out, since the table of all of them would be longer than these; the test compares.

/** One that every gate refuses: what must not be done gets the gate's own refusal. */
export const noProof: ProofHeaders = { signature: '' }

/**
 * What did something on its way here must not do it twice; and so long as this the gate surely knows which counters were used.
 */
export function mayRepeat({ method, first }: ToSign, redirected: boolean): boolean {
  return isSafe(method) || !(redirected || (first && passed(first, readClocks()) > freshForMs))
}

/** An app may call by itself all the while: when somebody is here again, what it asked for last is enough. */
export const mostWaiting = 32

/** What an answer says about the proof. */
interface Answered {
  readonly status: number
  readonly headers: Pick<Headers, 'get'>
}

type Waiting = readonly [
  goOn: (same: boolean | Promise<boolean>) => void,
  isGivenUp: (() => boolean) | undefined,
]

export class Prover {
  readonly #parts: ProverParts
  // A letter fewer than base64url has, in less room: it need not be read back.
  readonly #instance = toBase64(crypto.getRandomValues(new Uint8Array(12))).replace(/\W/g, '_')
  #counter = 0
  #key: { readonly keyid: string; readonly secret: ProofSecret } | undefined
  #lost = false
  #asking: Promise<void> | undefined
  #waiting: Waiting[] = []

  constructor(parts: ProverParts) {
    this.#parts = parts
  }

  /** Undefined where it can't be done, for whatever reason: the request then goes without, and the gate decides. */
  async sign(asked: ToSign): Promise<ProofHeaders | undefined> {
    try {
      const { crypto } = this.#parts
      const { method, url } = asked
      // What takes long comes first: the challenge and the counter are as new as can be when the request leaves.
      const covered = await (await asked.body)?.cover(crypto)
      const ready = await this.#ready(asked.hasty)
      if (!ready) return undefined
      const { epoch, keyid, now: created, secret } = ready
      // It may have waited for long.
      const { first: before } = asked
      const again = before?.keyid === keyid
      if (again && !mayRepeat(asked, false)) return undefined
      // A repetition keeps its counter: if the first was done after all, the gate refuses it.
      const first = again && !isSafe(method) ? before : { keyid, counter: ++this.#counter, ...readClocks() }
      const parameters = signatureParameters(covered?.name, {
        ...{ created, epoch, ...first },
        instance: this.#instance,
      })
      const request: SignedRequest = {
        method,
        target: url.origin + url.pathname + url.search,
        ...(covered && { covered }),
      }
      const base = new TextEncoder().encode(signatureBase(request, parameters))
      const signature = toBase64(await crypto.sign(secret, base))
      asked.first = first
      return {
        'signature-input': `${proofLabel}=${parameters}`,
        signature: `${proofLabel}=:${signature}:`,
        ...(covered && { [covered.name]: covered.value }),
      }
    } catch {
      return undefined
    }
  }

  /** Takes an answer's challenge. True: the gate refused the proof, and takes another one under this challenge. */
  hear({ status, headers }: Answered): boolean {
    const refused = status === 401
    return this.#parts.challenges.take(headers.get(challengeField), refused) && refused
  }

  get isLost(): boolean {
    return this.#lost
  }

  /**
   * The second try was refused as well: proofs are taken no more, or only this one isn't, since it was done before. Whoever asks
   * meanwhile waits for the same answer.
   */
  doubt(): Promise<void> {
    this.#asking ??= this.#parts
      .tellUse()
      .then(
        (answer) => (answer && answer.status !== 401 ? this.hold() : this.lose()),
        // Nobody knows.
        () => undefined,
      )
      .finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** Proofs are refused, or can't be made. */
  lose(): void {
    this.#tell(true)
  }

  /** A proof was taken, or can be made again. */
  hold(): void {
    this.#tell(false)
    let same: Promise<boolean> | undefined
    for (const [goOn] of this.#waiting.splice(0)) goOn((same ??= this.#parts.isSame()))
  }

  /**
   * Without the key nothing works until somebody signed in again: whatever waits then goes on as if nothing had been. Undefined:
   * that is somebody else, and what waited must not be done as theirs; or it is too late to repeat it, or too much waits since.
   * `isGivenUp`: whether the app waits no more.
   */
  async signLater(asked: ToSign, isGivenUp?: () => boolean): Promise<ProofHeaders | undefined> {
    for (;;) {
      const proof = await this.sign(asked)
      if (proof || !mayRepeat(asked, false)) return proof
      this.lose()
      const same = await new Promise<boolean>((goOn) => {
        // What was given up needs no place, and nobody hears how it ends.
        this.#waiting = [...this.#waiting, [goOn, isGivenUp] as const].filter(([, isOver]) => !isOver?.())
        if (this.#waiting.length > mostWaiting) this.#waiting.shift()?.[0](false)
      })
      if (!same) return undefined
    }
  }

  /** Somebody signed in or out, here or in another tab. False: what waits still does, since the gate doesn't answer. */
  async renew(): Promise<boolean> {
    const answered = await this.#parts.challenges.afresh()
    if (this.#lost && (await this.#ready())) this.hold()
    return answered || !this.#lost
  }

  #tell(lost: boolean): void {
    if (this.#lost === lost) return
    this.#lost = lost
    this.#parts.onChange(lost)
  }

  async #ready(hasty?: boolean): Promise<(Timed & { readonly secret: ProofSecret }) | undefined> {
    const challenge = await this.#parts.challenges.current(hasty)
    const secret = challenge && (await this.#secretOf(challenge.keyid))
    return secret && { ...challenge, secret }
  }

  /** Looked up again when another one is asked for: somebody signed in anew in another tab. */
  async #secretOf(keyid: string): Promise<ProofSecret | undefined> {
    if (this.#key?.keyid === keyid) return this.#key.secret
    const secret = await this.#parts.findKey(keyid).catch(() => undefined)
    if (secret) this.#key = { keyid, secret }
    return secret
  }
}
