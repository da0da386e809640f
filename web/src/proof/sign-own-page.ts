/** Imported first by those of the gate's own pages that change something: their requests prove themselves as the app's do. */
import { plainCrypto } from './plain-crypto.ts'
import { signOwnRequests } from './sign-own-requests.ts'

signOwnRequests(plainCrypto)
