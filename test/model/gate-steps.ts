/** The gate's own steps that decide about a proof, one after the other as in src/gate.ts; where a call would go on to the app, it is done. */
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { authenticate } from '../../src/authenticate/authenticate.ts'
import type { Method } from '../../src/catalog/entry.ts'
import { catalogue, catalogueOfFour } from '../../src/catalog/index.ts'
import { classify, compileCatalogue } from '../../src/classify/classify.ts'
import { challengeField, parseChallenge, type Challenge } from '../../src/contract/proof.ts'
import { makeProofSeal } from '../../src/login/proof-seal.ts'
import { makeEpochs } from '../../src/proof/epochs.ts'
import { Proofs, type ProofParts } from '../../src/proof/proofs.ts'
import { makeVerifySignature } from '../../src/proof/verify-signature.ts'
import { Windows } from '../../src/proof/windows.ts'
import { prove, type ProveParts } from '../../src/prove/prove.ts'
import { withChallenge } from '../../src/prove/with-challenge.ts'
import { read } from '../../src/read/read.ts'
import { parseTarget } from '../../src/receive/canonical-path.ts'
import { isRefusal, refuse } from '../../src/refusals.ts'
import type {
  Answer,
  Authorized,
  ClientAddress,
  IncomingBody,
  Outcome,
  Reached,
  Received,
} from '../../src/request.ts'
import { cookieNames } from '../../src/sessions/cookie.ts'
import { lookAtCookies } from '../../src/sessions/look.ts'
import { instance, type LoginRig } from '../rig/login-rig.ts'
import type { Message } from './message.ts'

/** What is put in the place of a part, to see whether the model notices. */
export interface Planted {
  readonly windows?: Pick<Windows, 'take'>
  readonly parts?: (sound: ProofParts) => Partial<ProofParts>
  /** Bodies are not compared with what was signed. */
  readonly anyBody?: boolean
  /** Browsers take a new counter for what they repeat. */
  readonly countsOn?: boolean
}

export type Arrived =
  | { readonly kind: 'done'; readonly session: string; readonly challenge: Challenge | undefined }
  | { readonly kind: 'refused'; readonly code: string; readonly challenge: Challenge | undefined }

const catalogues = {
  '/gradio_api': compileCatalogue(catalogue),
  '': compileCatalogue(catalogueOfFour),
} as const
const app = { base: '', api: '/gradio_api', pages: new Set<string>() } as const
const limits = { callBytes: 100_000, uploadBytes: 100_000 }
const done: Answer = { kind: 'answer', status: 200, headers: {}, body: { kind: 'empty' } }

export class GateSteps {
  readonly #rig: LoginRig
  readonly #planted: Planted
  #windows = new Windows()
  #prove: ProveParts

  constructor(rig: LoginRig, planted: Planted = {}) {
    this.#rig = rig
    this.#planted = planted
    this.#prove = this.#start()
  }

  /** Another process: sessions stand in the store, epochs and windows are gone. */
  restart(): void {
    this.#windows = new Windows()
    this.#prove = this.#start()
  }

  get size() {
    return this.#windows.size
  }

  async arrive(message: Message): Promise<Arrived> {
    const reached: { last: Reached | undefined } = { last: undefined }
    const outcome = await this.#pass(message, reached)
    const told =
      reached.last === undefined ? outcome : withChallenge(reached.last, outcome, { ...this.#prove, limits })
    if (told.kind === 'refusal')
      return { kind: 'refused', code: told.code, challenge: parseChallenge(told.challenge) }
    const field = told.headers[challengeField]
    const challenge = parseChallenge(typeof field === 'string' ? field : undefined)
    return { kind: 'done', session: sessionOf(reached.last), challenge }
  }

  async #pass(message: Message, reached: { last: Reached | undefined }): Promise<Outcome> {
    const parsed = parseTarget(message.target)
    if ('trouble' in parsed) return refuse('path-ambiguous')
    const classified = classify(this.#receive(message, parsed), { catalogues, app })
    const authenticated = await authenticate(classified, this.#credentials())
    if (isRefusal(authenticated)) return authenticated
    if (authenticated.principal.kind === 'nobody') return refuse('login-required')
    if (!authenticated.methodKnown || authenticated.entry.goesTo === 'nowhere') return refuse('route-unknown')
    reached.last = authenticated
    const proven = prove(authenticated, this.#prove)
    if (isRefusal(proven)) return proven
    reached.last = proven
    // Who may do what isn't this model's affair: everybody may everything.
    return this.#take(proven as Authorized)
  }

  /** The body in full, as the app would get it. */
  async #take(authorized: Authorized): Promise<Outcome> {
    const unbound = { ...authorized, proof: { kind: 'none' } as unknown as Authorized['proof'] }
    const whole = await read(this.#planted.anyBody === true ? unbound : authorized, {
      limits,
      uploads: { maxFiles: 10 },
    })
    if (isRefusal(whole)) return whole
    const content = whole.content as { kind: string; open?: () => Readable }
    if (content.open === undefined) return done
    return text(content.open()).then(
      () => done,
      () => refuse('proof-body'),
    )
  }

  #receive(
    { method, target, site, headers, body }: Message,
    parsed: Pick<Received, 'path' | 'query'>,
  ): Received {
    return {
      ...{ id: 'model', method: method as Method, requestTarget: target, headers, site, ...parsed },
      ...{ client: '192.0.2.1' as ClientAddress, at: this.#rig.now, onGone: () => undefined },
      ...(body !== undefined && { body: incoming(body) }),
    }
  }

  #credentials() {
    const { sessions } = this.#rig
    return {
      sessions: {
        look: (cookie: string | undefined, site: Message['site']) =>
          lookAtCookies(sessions, cookie, cookieNames(instance, site).session, this.#rig.now),
      },
      tokens: {
        look: () => Promise.resolve({ state: 'over', why: 'unknown' } as const),
        identify: () => Promise.resolve(undefined),
      },
    }
  }

  #start(): ProveParts {
    const { keys, clock } = this.#rig
    const sound: ProofParts = {
      clock,
      epochs: makeEpochs(),
      windows: this.#planted.windows ?? this.#windows,
      verifySignature: makeVerifySignature(makeProofSeal(keys, instance)),
    }
    const proofs = new Proofs({ ...sound, ...this.#planted.parts?.(sound) })
    return { proofs, proof: { calls: 'required', files: 'optional', tokens: 'optional' } }
  }
}

function incoming(body: Buffer): IncomingBody {
  return {
    stream: Readable.from([body], { objectMode: false }),
    length: body.byteLength,
    accept: () => undefined,
  }
}

function sessionOf(reached: Reached | undefined): string {
  if (reached === undefined || !('principal' in reached)) return ''
  const { principal } = reached
  return 'session' in principal ? principal.session.id : ''
}
