/** Who gets an assertion put beside their request: everybody who signed in, except for what strangers may load as well. */
import type { Principal, Validated } from '../request.ts'

export interface AssertParts {
  readonly assertions: {
    readonly assertionFor: (principal: Exclude<Principal, { kind: 'nobody' }>, now: number) => Promise<string>
  }
  readonly clock: { now(): number }
}

export async function assertionOf(
  { principal, entry }: Validated,
  { assertions, clock }: AssertParts,
): Promise<string | undefined> {
  if (principal.kind === 'nobody' || entry.action === 'loadPublicAsset') return undefined
  return assertions.assertionFor(principal, clock.now())
}
