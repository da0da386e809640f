/** One OPAQUE login at the browser's side (RFC 9807 section 6): KE1 out, KE2 in, KE3 out. Runs inside the worker. */
import type { client as opaqueClient } from '@serenity-kit/opaque'
import type { LoginStarted } from 'sekisho/contract'

type Answer = Pick<LoginStarted, 'loginResponse' | 'stretching' | 'identifiers'>

export class OpaqueAttempt {
  readonly #client: typeof opaqueClient
  #open: { readonly password: string; readonly clientLoginState: string } | undefined

  constructor(client: typeof opaqueClient) {
    this.#client = client
  }

  /** KE1. A new attempt forgets the one before. */
  begin(password: string): string {
    const { clientLoginState, startLoginRequest } = this.#client.startLogin({ password })
    this.#open = { password, clientLoginState }
    return startLoginRequest
  }

  /** KE3, or undefined when the password is wrong. Takes a tenth of a second to some seconds: Argon2id. */
  finish(answer: Answer): string | undefined {
    const open = this.#open
    this.forget()
    if (open === undefined) throw new TypeError('An attempt is finished once, after it began.')
    return this.#client.finishLogin({
      ...open,
      loginResponse: answer.loginResponse,
      identifiers: { ...answer.identifiers },
      keyStretching: { 'argon2id-custom': { ...answer.stretching } },
    })?.finishLoginRequest
  }

  forget(): void {
    this.#open = undefined
  }
}
