/** The shapes of the login's messages and of the state between them; anything else is refused. */
import { z } from 'zod'
import { parseBase64url } from '../kit/base64url.ts'
import { parseUsername, type Username } from '../kit/username.ts'
import type { LoginFinish } from '../contract/contract.ts'
import type { AccountId } from '../store/rows.ts'
import { sealedText } from './sealed.ts'

/** Exactly so many bytes, in their one canonical spelling. */
export const base64url = (bytes: number) =>
  z.string().refine((text) => parseBase64url(text)?.length === bytes)

// RFC 9807 section 6.3 with ristretto255 and SHA-512: KE1 is 96 bytes, KE3 is 64.
const startLoginRequest = base64url(96)
const finishLoginRequest = base64url(64)
export const sealedState = z.string().max(1024)

const username = z
  .string()
  .max(256)
  .transform((typed, context): Username => {
    const parsed = parseUsername(typed)
    if (parsed !== undefined) return parsed
    context.issues.push({ code: 'custom', message: 'no name', input: typed })
    return z.NEVER
  })

const loginStart = z.strictObject({ startLoginRequest, username: username.exactOptional() })
export const loginFinishShape = { finishLoginRequest, state: sealedState }
// HMAC-SHA-256: 32 bytes; SEC 1 section 2.3.3, uncompressed point of P-256: 65 bytes.
const proofKey = z.discriminatedUnion('alg', [
  z.strictObject({ alg: z.literal('ecdsa-p256-sha256'), publicKey: base64url(65), mac: base64url(32) }),
  z.strictObject({ alg: z.literal('hmac-sha256'), mac: base64url(32) }),
])
const loginFinish = z.strictObject({
  ...loginFinishShape,
  key: proofKey.exactOptional(),
  for: z.string().max(512).exactOptional(),
})
export const keyExchangeStart = z.strictObject({ startLoginRequest })

export interface ParsedLoginStart {
  readonly startLoginRequest: string
  /** In its canonical form. */
  readonly username?: Username
}

export function parseLoginStart(body: unknown): ParsedLoginStart | undefined {
  return loginStart.safeParse(body).data
}

export function parseLoginFinish(body: unknown): LoginFinish | undefined {
  return loginFinish.safeParse(body).data
}

export const loginState = z.strictObject({
  ceremony: z.string(),
  expiresAt: z.number(),
  /** Absent: the shared password. */
  username: sealedText<Username>().exactOptional(),
  /** Absent: nobody has the name. */
  account: sealedText<AccountId>().exactOptional(),
  closed: z.enum(['user-unknown', 'user-disabled', 'no-password-set']).exactOptional(),
  mark: z.string(),
  passwordAt: z.number(),
  /** The count that a success clears. */
  counted: z.string().exactOptional(),
  serverLoginState: z.string(),
})
/** What the server has to know at the end, and keeps with the browser, sealed. */
export type LoginState = Readonly<z.infer<typeof loginState>>

/** Room for the longest name twice: the length of what is sealed is for everybody to see, so it is always the same. */
const stateLength = 700

export function writeLoginState(state: LoginState): string {
  const text = JSON.stringify(state)
  if (text.length > stateLength) throw new TypeError('a login state is longer than foreseen')
  return text.padEnd(stateLength)
}
