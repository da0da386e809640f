/** What set-up throws when a person has to do something: the message says what, the remedy how. */

export class SetupProblem extends Error {
  override readonly name = 'SetupProblem'
  readonly remedy: string

  constructor(message: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(`${message} ${remedy}`, options)
    this.remedy = remedy
  }
}
