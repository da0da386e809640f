/** Puts signing into this window: before anything else of the page runs. */
import { challengeField } from 'sekisho/proof'
import { askPage, sameEvent } from '../ask-page.ts'
import { whenOtherTabsTell } from '../session-channel.ts'
import { Challenges, readClocks } from './challenges.ts'
import { challengePath, sessionPath } from './concerns.ts'
import { findKey } from './key-store.ts'
import { markLost, markSigning } from './lost-proof.ts'
import type { ProofCrypto } from './proof-crypto.ts'
import { Prover } from './prover.ts'
import { makeSigningFetch, type Afterwards } from './signing-fetch.ts'
import { signRequests } from './signing-request.ts'
import { soon } from './soon.ts'

/** So long requests wait for a challenge or a key at most; then they go without. After as long a lost page asks again. */
const waitMs = 10_000

/** `afterwards` has the last look at what `fetch` answers. */
export function startSigning(crypto: ProofCrypto, afterwards?: Afterwards): void {
  const native = window.fetch
  const ask = async () => {
    const { status, headers } = await native(challengePath, {
      cache: 'no-store',
      signal: AbortSignal.timeout(waitMs),
    })
    // The gate, or what stands before it, has no time: that says nothing of who is signed in.
    if (status === 429 || status >= 500) throw new TypeError()
    return headers.get(challengeField)
  }
  const challenges = new Challenges(ask, readClocks)
  const tellUse = async () => {
    const [method, url] = ['POST', new URL(sessionPath, location.origin)] as const
    const headers = await prover.sign({ method, url })
    return headers && native(url, { method, headers, signal: AbortSignal.timeout(waitMs) })
  }
  const prover: Prover = new Prover({
    ...{ crypto, challenges, tellUse, onChange: markLost },
    // Where nobody can tell, it is somebody else.
    isSame: () => askPage(sameEvent, {}, false),
    // Browsers have been seen to leave a database unopened for ever.
    findKey: (keyid) => soon(findKey(keyid), waitMs),
  })
  window.fetch = makeSigningFetch(native, prover, afterwards)
  signRequests(prover)
  markSigning()
  // The document itself was asked for without a signature; this one says that it was this browser's person who opened it.
  void tellUse().catch(() => undefined)
  addEventListener('pagehide', ({ persisted }) => {
    // Whoever comes back to a page that is kept finds it as it was.
    if (!persisted && prover.isLost) markLost(false)
  })
  const renew = (): void => void prover.renew().then((over) => over || setTimeout(renew, waitMs))
  whenOtherTabsTell(renew)
}
