/**
 * What a signed request says, in one fixed profile of RFC 9421 (HTTP Message Signatures): both ends write it with this file, and
 * docs/reference/proof.md holds it with test vectors for everybody else. Shared with web/; imports nothing.
 */

/** RFC 9421 section 4: the label under which both fields carry the one signature. */
export const proofLabel = 'sekisho'
/** RFC 9421 section 2.3: what the signature is for. */
export const proofTag = 'sekisho-proof'

export const proofFields = {
  input: 'signature-input',
  signature: 'signature',
  /** RFC 9530 section 2, `sha-256` alone. */
  digest: 'content-digest',
  /** Of a form that streams: the SHA-256 of `describeParts`, written as `content-digest` is. */
  parts: 'sekisho-parts',
} as const

/** Of answers: the challenge for the next requests, as `parseChallenge` reads it. */
export const challengeField = 'sekisho-challenge'
/** Of requests: `code` of a confirmation that was given for exactly this call. */
export const confirmationField = 'sekisho-confirmation'
/** Of refusals: what whoever is asked for the password again shows to the gate's window, as `parseStepUp` reads it. */
export const stepUpField = 'sekisho-step-up'

/** Which field speaks for the body: none where there is no body. */
export type CoveredBody = 'content-digest' | 'sekisho-parts'

/** What was signed of a body. */
export interface SignedBody {
  readonly name: CoveredBody
  readonly sha256: Uint8Array
}

export interface Challenge {
  /** Opaque; good for five minutes. */
  readonly epoch: string
  /** Unix time of the gate in seconds, by which `created` is told: the client's own clock may be wrong. */
  readonly at: number
  /** The key that the session or the token has. */
  readonly keyid: string
}

export interface ProofParameters {
  /** Unix time in seconds, by the gate's clock. */
  readonly created: number
  readonly epoch: string
  /** Random, of one document or one program: 16 characters of base64url. */
  readonly instance: string
  /** From 1 on, never the same twice in an instance. */
  readonly counter: number
  readonly keyid: string
}

/** `covered`: the body's field and its value, if there is a body. */
export interface SignedRequest {
  readonly method: string
  /** Scheme, host without its default port, path and query as they go over the wire, and no lone question mark at the end. */
  readonly target: string
  readonly covered?: { readonly name: CoveredBody; readonly value: string }
}

/** The value of the structured field after the label (RFC 9421 section 2.3): covered components, then parameters in this order. */
export function signatureParameters(
  covered: CoveredBody | undefined,
  { created, epoch, instance, counter, keyid }: ProofParameters,
): string {
  const body = covered === undefined ? '' : ` "${covered}"`
  return `("@method" "@target-uri"${body});created=${created};nonce="${epoch}.${instance}.${counter}";keyid="${keyid}";tag="${proofTag}"`
}

/** RFC 9421 section 2.5: what is signed, as ASCII. */
export function signatureBase({ method, target, covered }: SignedRequest, parameters: string): string {
  const body = covered === undefined ? '' : `"${covered.name}": ${covered.value}\n`
  return `"@method": ${method}\n"@target-uri": ${target}\n${body}"@signature-params": ${parameters}`
}

/** RFC 9530 section 2. `sha256`: base64 with padding, as RFC 9651 writes bytes. */
export function digestField(sha256: string): string {
  return `sha-256=:${sha256}:`
}

/** `sekisho-challenge: "<epoch>";at=1700000000;keyid="<keyid>"` */
export function writeChallenge({ epoch, at, keyid }: Challenge): string {
  return `"${epoch}";at=${at};keyid="${keyid}"`
}

export function parseChallenge(field: string | null | undefined): Challenge | undefined {
  const [, epoch, at, keyid] =
    /^"([\w-]{1,128})";at=(\d{1,12});keyid="([\w-]{1,128})"$/.exec(field ?? '') ?? []
  return epoch === undefined || keyid === undefined ? undefined : { epoch, at: Number(at), keyid }
}

/**
 * What is missing: `age`, the password was given too long ago, and whoever gives it again may go on; `call`, it has to be given
 * for this very call, which is then sent with the confirmation's code.
 */
export const stepUps = ['age', 'call'] as const
export type StepUp = (typeof stepUps)[number]

export interface StepUpAsked {
  readonly what: StepUp
  /** Opaque; good for five minutes. */
  readonly ticket: string
}

/** `sekisho-step-up: "<ticket>";for=call` */
export function writeStepUp({ what, ticket }: StepUpAsked): string {
  return `"${ticket}";for=${what}`
}

export function parseStepUp(field: string | null | undefined): StepUpAsked | undefined {
  const [, ticket, wanted] = /^"([\w-]{1,2048})";for=([a-z]{1,8})$/.exec(field ?? '') ?? []
  const what = stepUps.find((one) => one === wanted)
  return ticket === undefined || what === undefined ? undefined : { what, ticket }
}

/**
 * One line for each part of a form, in order. `name` and `filename` as they stand in the part's head; `size` in bytes. Of a
 * form's text a browser sends CRLF for every line break, and of a name `%0A`, `%0D` and `%22` (HTML, multipart/form-data).
 */
export function describePart(name: string, filename: string | undefined, size: number): string {
  const file = filename === undefined ? '' : `=${encodeURIComponent(filename)}`
  return `${encodeURIComponent(name)} ${file} ${size}\n`
}

export const proofAlgorithms = ['ecdsa-p256-sha256', 'hmac-sha256'] as const
/** Names of the registry of RFC 9421 section 6.2. The second is for plain HTTP alone, where browsers have no WebCrypto. */
export type ProofAlgorithm = (typeof proofAlgorithms)[number]

/**
 * The key that a login enrols, in its last message. `mac`: HMAC-SHA-256 over `enrolmentText` under `enrolmentInfo`'s key, which
 * only the two ends of the login have. base64url.
 */
export type ProofKeyOffer =
  | {
      readonly alg: 'ecdsa-p256-sha256'
      /** SEC 1 section 2.3.3, uncompressed: 65 bytes. */
      readonly publicKey: string
      readonly mac: string
    }
  /** The key itself is never sent: both ends derive it by `macKeyInfo`. */
  | { readonly alg: 'hmac-sha256'; readonly mac: string }

/** HKDF-SHA-256 (RFC 5869) from OPAQUE's session key, without salt, 32 bytes. */
export const enrolmentInfo = 'sekisho/1/proof-enrolment'
export const macKeyInfo = 'sekisho/1/proof-mac-key'

/** `origin` as the browser has it, so that a login relayed from elsewhere enrols nothing. `publicKey` '' where none is sent. */
export function enrolmentText(alg: ProofAlgorithm, origin: string, publicKey: string): string {
  return `sekisho/1/enrol\n${alg}\n${origin}\n${publicKey}`
}

/**
 * What the app's page signs to come in with a login host's code: with the key of the trip, for the key that the session will have.
 * `origin`: its own.
 */
export function enterText(origin: string, code: string, publicKey: string): string {
  return `sekisho/1/enter\n${origin}\n${code}\n${publicKey}`
}

/** RFC 7638 section 3.2: SHA-256 of this, base64url, is the key's `keyid`. Coordinates base64url. */
export function thumbprintText(x: string, y: string): string {
  return `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`
}

/** SHA-256 of this and the key, base64url, is the `keyid` of a key that is a secret. */
export const macKeyIdText = 'sekisho/1/proof-key-id\n'
