/** `proof.ts` for plain HTTP, with cryptography of its own. */
import { plainCrypto } from './plain-crypto.ts'
import { afterStepUp } from '../step-up/after-step-up.ts'
import { startSigning } from './start-signing.ts'

startSigning(plainCrypto, afterStepUp)
