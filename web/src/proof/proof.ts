/** The script that stands first in the app's pages: their requests prove themselves. */
import { webCrypto } from './proof-crypto.ts'
import { afterStepUp } from '../step-up/after-step-up.ts'
import { startSigning } from './start-signing.ts'

startSigning(webCrypto, afterStepUp)
