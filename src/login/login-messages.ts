/** The shapes of the two login messages and of the state between them; anything else is refused. */
import { z } from 'zod'
import { parseBase64url } from '../kit/base64url.ts'
import type { LoginFinish, LoginStart } from '../contract/contract.ts'

const base64url = (bytes: number) => z.string().refine((text) => parseBase64url(text)?.length === bytes)

// RFC 9807 section 6.3 with ristretto255 and SHA-512: KE1 is 96 bytes, KE3 is 64.
const loginStart = z.strictObject({ startLoginRequest: base64url(96) })
const loginFinish = z.strictObject({ finishLoginRequest: base64url(64), state: z.string().max(1024) })

const loginState = z.strictObject({
  ceremony: z.string(),
  expiresAt: z.number(),
  mark: z.string(),
  passwordAt: z.number(),
  serverLoginState: z.string(),
})
/** What the server has to know at the end, and keeps with the browser, sealed. */
export type LoginState = Readonly<z.infer<typeof loginState>>

export function parseLoginStart(body: unknown): LoginStart | undefined {
  return loginStart.safeParse(body).data
}

export function parseLoginFinish(body: unknown): LoginFinish | undefined {
  return loginFinish.safeParse(body).data
}

/** `text` came out of our own seal, so a wrong shape means a state of another version. */
export function parseLoginState(text: string): LoginState | undefined {
  try {
    return loginState.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
