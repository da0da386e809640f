/** The proof that a login ceremony came to its end: the only thing that a session is issued for. */
import type { Branded } from '../kit/brand.ts'
import type { Username } from '../kit/username.ts'
import type { AccountId, ProofKey } from '../store/rows.ts'

/** Made in login/ceremony.ts and nowhere else; a test counts the casts. */
export type FinishedCeremony = Branded<
  {
    readonly account: AccountId
    readonly username?: Username
    /** When the password that was proved had been set. */
    readonly passwordAt: number
    readonly ceremony: string
    /** Absent: the gate does without, and the browser keeps none. */
    readonly proofKey?: ProofKey
  },
  'FinishedCeremony'
>
