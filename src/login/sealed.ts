/** What travels with the browser until it is needed again: sealed, of one shape, good until a time, and once. */
import { z } from 'zod'
import type { Clock } from '../kit/clock.ts'
import type { Seal } from '../kit/seal.ts'
import type { SpentStore } from '../store/store.ts'

export interface UseParts {
  readonly store: { readonly spent: SpentStore }
  readonly clock: Clock
}

interface Expiring {
  readonly id: string
  readonly expiresAt: number
}

/** Spent ids outlive what they stand for by this, should clocks of two processes differ. */
const spentMarginMs = 60_000

/** A name or an id of a kind of its own, as it was sealed. */
export const sealedText = <Text extends string>() => z.custom<Text>((found) => typeof found === 'string')

/** Undefined for what isn't ours. It came out of our own seal, so a wrong shape means one of another version. */
export function readSealed<Shape extends z.ZodType>(
  seal: Pick<Seal, 'unseal'>,
  shape: Shape,
  sealed: string,
): z.infer<Shape> | undefined {
  const text = seal.unseal(sealed)
  return text === undefined ? undefined : parseShape(shape, text)
}

export function parseShape<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export function isExpired({ expiresAt }: Pick<Expiring, 'expiresAt'>, now: number): boolean {
  return now >= expiresAt
}

/** Good for one try, whatever comes of it. */
export async function spendOnce(
  what: Expiring,
  { store, clock }: UseParts,
): Promise<'spent' | 'expired' | 'reused'> {
  if (isExpired(what, clock.now())) return 'expired'
  return (await spend(what, store)) ? 'spent' : 'reused'
}

/** Whether it was there to be spent. */
export function spend({ id, expiresAt }: Expiring, { spent }: UseParts['store']): Promise<boolean> {
  return spent.spend(id, expiresAt + spentMarginMs)
}
