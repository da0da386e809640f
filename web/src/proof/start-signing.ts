/** Puts signing into this window: before anything else of the page runs. */
import { challengeField } from 'sekisho/proof'
import { askPage, sameEvent } from '../ask-page.ts'
import { whenOtherTabsTell } from '../session-channel.ts'
import { Challenges } from './challenges.ts'
import { challengePath, sessionPath } from './concerns.ts'
import { findKey } from './key-store.ts'
import { markLost, markSigning } from './lost-proof.ts'
import type { ProofCrypto } from './proof-crypto.ts'
import { Prover } from './prover.ts'
import { makeSigningFetch, type Afterwards } from './signing-fetch.ts'
import { signRequests } from './signing-request.ts'

/** So long requests wait for a challenge or a key at most; then they go without. */
const waitMs = 10_000

/** Browsers have been seen to leave a database unopened for ever. */
function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, new Promise<undefined>((resolve) => setTimeout(resolve, waitMs))])
}

/** `afterwards` has the last look at what `fetch` answers. */
export function startSigning(crypto: ProofCrypto, afterwards?: Afterwards): void {
  const native = window.fetch
  const ask = async () => {
    const answer = await native(challengePath, { cache: 'no-store', signal: AbortSignal.timeout(waitMs) })
    return answer.headers.get(challengeField)
  }
  const clocks = { steady: () => performance.now(), wall: () => Date.now() }
  const challenges = new Challenges(ask, clocks)
  const tellUse = async () => {
    const [method, url] = ['POST', new URL(sessionPath, location.origin)] as const
    const headers = await prover.sign({ method, url })
    return headers && native(url, { method, headers, signal: AbortSignal.timeout(waitMs) })
  }
  const prover: Prover = new Prover({
    ...{ crypto, challenges, tellUse, onChange: markLost },
    // Where nobody can tell, it is somebody else.
    isSame: () => askPage(sameEvent, {}, false),
    findKey: (keyid) => soon(findKey(keyid)),
  })
  window.fetch = makeSigningFetch(native, prover, afterwards)
  signRequests(prover)
  markSigning()
  // The document itself was asked for without a signature; this one says that it was this browser's person who opened it.
  void tellUse().catch(() => undefined)
  whenOtherTabsTell(() => void prover.renew())
}
