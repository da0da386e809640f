/** The proof that a login ceremony came to its end: the only thing that a session is issued for. */
import type { Branded } from '../kit/brand.ts'

/** Made in login/ceremony.ts and nowhere else; a test counts the casts. */
export type FinishedCeremony = Branded<
  { readonly principal: 'guest'; readonly ceremony: string },
  'FinishedCeremony'
>
