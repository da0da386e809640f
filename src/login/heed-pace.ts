/** What an attempt's pace comes to: refused and on record, or counted, the last one before the cap for everybody to see. */
import type { Audit } from '../audit/audit.ts'
import type { Asker } from '../audit/event.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Counted, Paced } from './throttle.ts'

export async function heedPace(
  paced: Paced,
  asker: Asker,
  audit: Pick<Audit, 'write' | 'note'>,
): Promise<Partial<Counted> | Refusal> {
  if (!paced.allowed) return refusePaced(paced, asker, audit)
  const { counted } = paced
  if (counted?.last === true) await audit.write({ kind: 'login.locked', asker, failures: counted.failures })
  return counted ?? {}
}

export function refusePaced(
  { bucket, retryAfter }: Extract<Paced, { readonly allowed: false }>,
  asker: Asker,
  audit: Pick<Audit, 'note'>,
): Refusal {
  audit.note({ kind: 'login.paced', asker, bucket })
  return refuse('login-paced', { bucket }, retryAfter)
}
