/** Signs in from Node with the real OPAQUE client, as the login page does. */
import { ready } from '@serenity-kit/opaque'
import { paths, type LoginStarted } from '../../src/contract/contract.ts'
import { beginProof } from './opaque-client.ts'
import { rememberSigner, Signer } from './signer.ts'

export type LoginOutcome =
  /** `cookie` is ready for a Cookie header; `setCookies` are as they came. */
  | { readonly kind: 'in'; readonly cookie: string; readonly setCookies: readonly string[] }
  /** OPAQUE's client saw that the password is wrong; nothing more was sent. */
  | { readonly kind: 'wrong-password' }
  | {
      readonly kind: 'refused'
      readonly step: 'start' | 'finish'
      readonly status: number
      readonly answer: Response
    }

export interface LogInOptions {
  readonly url: string
  readonly password: string
  /** As typed; absent: the shared password. */
  readonly username?: string
  /** Sent along, for example a known browser's cookie or an X-Forwarded-For. */
  readonly headers?: Readonly<Record<string, string>>
  /** How messages travel; `post` by default. */
  readonly send?: typeof post
  /** How a browser sees the gate, where that isn't `url`. */
  readonly origin?: string
  /** As a browser that keeps no keys, where the gate does without. */
  readonly keyless?: boolean
}

export async function tryToLogIn({
  url,
  password,
  username,
  headers = {},
  send = post,
  origin = new URL(url).origin,
  keyless = false,
}: LogInOptions): Promise<LoginOutcome> {
  await ready
  const { startLoginRequest, finish } = beginProof(password)
  const first = username === undefined ? { startLoginRequest } : { startLoginRequest, username }
  const started = await send(url, paths.loginStart, first, headers)
  if (started.status !== 200)
    return { kind: 'refused', step: 'start', status: started.status, answer: started }
  const proof = finish((await started.json()) as LoginStarted)
  if (proof === undefined) return { kind: 'wrong-password' }
  const signer = new Signer()
  const key = keyless ? {} : { key: signer.offer(proof.sessionKey, origin) }
  const finished = await send(url, paths.loginFinish, { ...proof.message, ...key }, headers)
  if (finished.status !== 204)
    return { kind: 'refused', step: 'finish', status: finished.status, answer: finished }
  const setCookies = finished.headers.getSetCookie()
  const cookie = cookieHeaderOf(setCookies)
  if (!keyless) rememberSigner(url, cookie, signer)
  return { kind: 'in', cookie, setCookies }
}

/** As a browser sends what Set-Cookie fields told it to keep. */
export const cookieHeaderOf = (setCookies: readonly string[]): string =>
  setCookies.map((line) => line.split(';', 1)[0] ?? '').join('; ')

/** The Cookie header of a new session; throws when it didn't work. */
export async function logIn(options: LogInOptions): Promise<string> {
  const outcome = await tryToLogIn(options)
  if (outcome.kind === 'in') return outcome.cookie
  throw new Error(
    `Signing in did not work: ${outcome.kind === 'refused' ? String(outcome.status) : outcome.kind}.`,
  )
}

/** As the gate's own page would send it: JSON, from the same origin. */
export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      origin: new URL(url).origin,
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    body: JSON.stringify(body),
  })
}
