/** Imported first by those of the gate's own pages that change something: their requests prove themselves as the app's do. */
import { plainCrypto } from './plain-crypto.ts'
import { whenLost } from './lost-proof.ts'
import { signInAgainUrl } from './sign-in-again.ts'
import { startSigning } from './start-signing.ts'

startSigning(plainCrypto)
// Nobody else on this page says so, and what it asked would wait for ever.
whenLost((lost) => {
  if (lost) location.replace(signInAgainUrl(location))
})
