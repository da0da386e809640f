/** The shapes of what the gate's confirmation window sends; anything else is refused. */
import { z } from 'zod'
import type { ConfirmFinish, ConfirmLook, ConfirmStart } from '../contract/contract.ts'
import { keyExchangeStart, loginFinishShape } from './login-messages.ts'

const ticket = z.string().max(2048)

const look = z.strictObject({ ticket })
const start = z.strictObject({ ...keyExchangeStart.shape, ticket })
const finish = z.strictObject({ ...loginFinishShape, ticket })

export const parseConfirmLook = (body: unknown): ConfirmLook | undefined => look.safeParse(body).data
export const parseConfirmStart = (body: unknown): ConfirmStart | undefined => start.safeParse(body).data
export const parseConfirmFinish = (body: unknown): ConfirmFinish | undefined => finish.safeParse(body).data

/** Of any of them: whose it is has to be known before it is read. */
export const parseTicketOf = (body: unknown): string =>
  z.object({ ticket }).safeParse(body).data?.ticket ?? ''
