/** The public keys of assertions, for the app and for whatever stands behind it (RFC 7517). */
import type { Answer, Validated } from '../request.ts'
import { answerJson } from './answers.ts'
import type { ServeParts } from './serve.ts'

export async function showAssertionKeys(_request: Validated, parts: ServeParts): Promise<Answer> {
  return answerJson(200, await parts.assertions.jwks(parts.clock.now()), {
    'content-type': 'application/jwk-set+json',
    // The next key is published a day before its first use (assertion/signing-keys.ts).
    'cache-control': 'public, max-age=3600',
  })
}
