/** A ticket on its way to a login host: the session's key vouches for it, since a copied cookie gets tickets too. */
import { paths, type Vouch } from 'sekisho/contract'
import type { Post } from '../ceremony/ask-gate.ts'
import { hasNoTime } from './enter.ts'

/**
 * As it was where the gate vouches for none: the login host doesn't take it either, and its page says why. Rejects where the gate, or
 * what stands before it, only can't answer now.
 */
export async function vouchFor(ticket: string, post: Post): Promise<string> {
  const answer = await post(paths.enterVouch, { ticket } satisfies Vouch)
  if (hasNoTime(answer)) throw new TypeError('The gate has no time.')
  if (!answer.ok) return ticket
  const body: unknown = await answer.json()
  const vouched = typeof body === 'object' && body !== null && 'ticket' in body ? body.ticket : undefined
  if (typeof vouched !== 'string' || !/^[\w-]{1,2048}$/.test(vouched))
    throw new TypeError('The gate answered no ticket.')
  return vouched
}
