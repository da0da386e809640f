/** The shapes of what comes with an invitation and at a change of password; anything else is refused. */
import { z } from 'zod'
import type { JoinFinish, JoinLook, JoinStart } from '../contract/contract.ts'
import type { PasswordProve, PasswordSet, PasswordStart } from '../contract/contract.ts'
import type { AccountId, SessionId } from '../store/rows.ts'
import { base64url, keyExchangeStart, loginFinishShape, sealedState } from './login-messages.ts'
import { sealedText } from './sealed.ts'

// RFC 9807 section 5.1 with ristretto255 and SHA-512: a request is 32 bytes, a record 192.
const registrationRequest = base64url(32)
const registrationRecord = base64url(192)
const invitation = z.string().max(64)

const joinLook = z.strictObject({ invitation })
const joinStart = z.strictObject({ invitation, registrationRequest })
const joinFinish = z.strictObject({ invitation, registrationRecord })
const passwordProve = z.strictObject({ ...loginFinishShape, registrationRequest })
const passwordSet = z.strictObject({ registrationRecord, ticket: sealedState })

export const parseJoinLook = (body: unknown): JoinLook | undefined => joinLook.safeParse(body).data
export const parseJoinStart = (body: unknown): JoinStart | undefined => joinStart.safeParse(body).data
export const parseJoinFinish = (body: unknown): JoinFinish | undefined => joinFinish.safeParse(body).data

export const parsePasswordStart = (body: unknown): PasswordStart | undefined =>
  keyExchangeStart.safeParse(body).data
export const parsePasswordProve = (body: unknown): PasswordProve | undefined =>
  passwordProve.safeParse(body).data
export const parsePasswordSet = (body: unknown): PasswordSet | undefined => passwordSet.safeParse(body).data

export const passwordTicket = z.strictObject({
  id: z.string(),
  session: sealedText<SessionId>(),
  account: sealedText<AccountId>(),
  mark: z.string(),
  expiresAt: z.number(),
})
/** That the current password was proved: in this session, for this account, when this password stood. */
export type PasswordTicket = Readonly<z.infer<typeof passwordTicket>>
