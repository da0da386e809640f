/** Requests of the gate's own pages prove themselves as the app's do; without the key the page gives way to the sign-in. */
import type { ProofCrypto } from './proof-crypto.ts'
import { whenLost } from './lost-proof.ts'
import { signInAgainUrl } from './sign-in-again.ts'
import { startSigning } from './start-signing.ts'

export function signOwnRequests(crypto: ProofCrypto): void {
  startSigning(crypto)
  // Nobody else on this page says so, and what it asked would wait for ever.
  whenLost((lost) => {
    if (lost) location.replace(signInAgainUrl(location))
  })
}
