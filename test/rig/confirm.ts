/** Gives the password again from Node with the real OPAQUE client, as the gate's confirmation window does. */
import { ready } from '@serenity-kit/opaque'
import { paths, type Confirmed, type LoginStarted } from '../../src/contract/contract.ts'
import { parseStepUp, stepUpField, type StepUpAsked } from '../../src/contract/proof.ts'
import { post } from './log-in.ts'
import { beginProof } from './opaque-client.ts'

export type ConfirmOutcome =
  | { readonly kind: 'confirmed'; readonly code?: string }
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly retryAfter: number }

export interface Confirming {
  readonly url: string
  readonly cookie: string
  readonly password: string
  readonly ticket: string
  /** What the last message says it is for; the same ticket by default. */
  readonly finishFor?: string
}

export async function confirm({
  url,
  cookie,
  password,
  ticket,
  finishFor = ticket,
}: Confirming): Promise<ConfirmOutcome> {
  await ready
  const { startLoginRequest, finish } = beginProof(password)
  const started = await post(url, paths.confirmStart, { startLoginRequest, ticket }, { cookie })
  if (started.status !== 200) return refusedBy(started)
  const proof = finish((await started.json()) as LoginStarted)
  if (proof === undefined) return { kind: 'wrong-password' }
  const message = { ...proof.message, ticket: finishFor }
  const finished = await post(url, paths.confirmFinish, message, { cookie })
  if (finished.status !== 200) return refusedBy(finished)
  return { kind: 'confirmed', ...((await finished.json()) as Confirmed) }
}

async function refusedBy(answer: Response): Promise<ConfirmOutcome> {
  const { code = '' } = (await answer.json()) as { readonly code?: string }
  const retryAfter = Number(answer.headers.get('retry-after') ?? 0)
  return { kind: 'refused', status: answer.status, code, retryAfter }
}

/** What an answer asks for, if it asks for a password at all. */
export function stepUpOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): StepUpAsked | undefined {
  const field = headers[stepUpField]
  return typeof field === 'string' ? parseStepUp(field) : undefined
}
