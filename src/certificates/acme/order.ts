/** One order at a CA (RFC 8555 section 7.4): asked for, verified, signed, fetched. */
import { isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Authorization, Client, Order } from 'acme-client'
import type { Challenges } from '../challenges.ts'
import type { CertificatePair } from '../pair.ts'
import type { Directory, Transport } from './transport.ts'
import { field } from './transport.ts'

export type ChallengeType = 'http-01' | 'tls-alpn-01'

export interface Ordering {
  readonly client: Client
  readonly crypto: Transport['crypto']
  readonly directory: Directory
  readonly names: readonly string[]
  readonly challenges: Challenges
  readonly signal: AbortSignal
}

/** Why an order came to nothing. `verification`: the CA didn't find what it should; another type may work. */
export class OrderFailed extends Error {
  override readonly name = 'OrderFailed'
  readonly at: 'verification' | 'signing'

  constructor(at: OrderFailed['at'], says: string) {
    super(says)
    this.at = at
  }
}

/** RFC 8555 leaves the pace to the client; CAs take a second or two. */
const pollMs = 1_000
const longestPollMs = 5_000
const patienceMs = 3 * 60_000
/** How Let's Encrypt calls certificates of some days, the only ones it issues for IP addresses. */
const shortLived = 'shortlived'

/** Throws OrderFailed, or what the transport throws. */
export async function order(ordering: Ordering, type: ChallengeType): Promise<CertificatePair> {
  const { client, crypto, names, signal } = ordering
  const placed = await client.createOrder(request(ordering))
  const authorizations = await client.getAuthorizations(placed)
  // Identifiers that the CA verified a while ago need no challenge now (RFC 8555 section 7.1.3).
  const open = authorizations.filter(({ status }) => status !== 'valid')
  const offers = await Promise.all(open.map((authorization) => offer(authorization, type, ordering)))
  try {
    for (const { accept } of offers) await accept()
    await untilVerified(placed, ordering)
  } finally {
    for (const { takeBack } of offers) takeBack()
  }
  const key = await crypto.createPrivateEcdsaKey('P-256')
  const [, csr] = await crypto.createCsr({ altNames: [...names] }, key)
  await client.finalizeOrder(placed, csr)
  const signed = await poll(
    () => client.getOrder(placed),
    ({ status }) => status === 'valid' || status === 'invalid',
    signal,
  )
  if (signed.status === 'invalid')
    throw new OrderFailed('signing', detailOf(signed) ?? 'the order became invalid')
  return { cert: await client.getCertificate(signed), key: key.toString() }
}

function request({ names, directory }: Ordering): Parameters<Client['createOrder']>[0] {
  const identifiers = names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))
  const wanted = identifiers.some(({ type }) => type === 'ip') && directory.profiles.includes(shortLived)
  // A field of draft-ietf-acme-profiles section 4, which acme-client hands on as it is.
  return wanted
    ? ({ identifiers, profile: shortLived } as { identifiers: typeof identifiers })
    : { identifiers }
}

interface Offer {
  readonly accept: () => Promise<unknown>
  readonly takeBack: () => void
}

async function offer(
  authorization: Authorization,
  type: ChallengeType,
  { client, crypto, challenges }: Ordering,
): Promise<Offer> {
  // The types of acme-client know only two kinds.
  const challenge = authorization.challenges.find((one) => (one.type as string) === type)
  if (challenge === undefined)
    throw new OrderFailed('verification', `the CA offers no ${type} for ${authorization.identifier.value}`)
  const keyAuthorization = await client.getChallengeKeyAuthorization(challenge)
  const accept = () => client.completeChallenge(challenge)
  if (type === 'http-01') {
    return { accept, takeBack: challenges.offerHttp(challenge.token, keyAuthorization) }
  }
  const key = await crypto.createPrivateEcdsaKey('P-256')
  const [, cert] = await crypto.createAlpnCertificate(authorization, keyAuthorization, key)
  const pair = { cert: cert.toString(), key: key.toString() }
  return { accept, takeBack: challenges.offerAlpn(authorization.identifier.value, pair) }
}

async function untilVerified(placed: Order, { client, signal }: Ordering): Promise<void> {
  const authorizations = await poll(
    () => client.getAuthorizations(placed),
    (all) => all.every(({ status }) => status !== 'pending'),
    signal,
  )
  const failed = authorizations.find(({ status }) => status !== 'valid')
  if (failed === undefined) return
  const says = failed.challenges.map(detailOf).find((detail) => detail !== undefined)
  throw new OrderFailed(
    'verification',
    `${failed.identifier.value}: ${says ?? `verification became ${failed.status}`}`,
  )
}

async function poll<T>(
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (let pause = pollMs; ; pause = Math.min(pause * 1.5, longestPollMs)) {
    const answer = await ask()
    if (isDone(answer)) return answer
    if (performance.now() > deadline)
      throw new OrderFailed('signing', 'it did not come to an end within 3 minutes')
    await delay(pause, undefined, { signal })
  }
}

/** RFC 8555 section 6.7: errors are problem documents (RFC 7807), whose detail is for people. */
function detailOf(item: unknown): string | undefined {
  const detail = field(field(item, 'error'), 'detail')
  return typeof detail === 'string' ? detail : undefined
}
