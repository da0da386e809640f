/** What requests in the name of a session carry beside its cookie: a page's script signs them, so the load generator does. */
import { logIn } from '../../test/rig/log-in.ts'
import { findSigner, type Signer } from '../../test/rig/signer.ts'

/** Answers the cookie; its key stays in this process. */
export const signIn = (job: { readonly url: string; readonly password: string }): Promise<string> =>
  logIn(job)

interface Sender {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Seconds; a challenge is good for five minutes. */
const renewAfter = 120

/** Before the time is taken: now and then the gate is asked for a challenge. On ways without a gate there is nobody to sign. */
export async function readySigner({ url, headers }: Sender): Promise<Signer | undefined> {
  const signer = findSigner(url, headers['cookie'])
  if (signer === undefined) return undefined
  if (Date.now() / 1000 - (signer.challenge?.at ?? 0) > renewAfter) await signer.ask(url, headers)
  return signer
}
