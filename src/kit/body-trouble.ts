/** Why a body that streams was stopped on its way. */

/** Raised by the meter, turned into the refusal of the same code by whoever reads the stream. */
export class BodyTrouble extends Error {
  override readonly name = 'BodyTrouble'
  readonly code: 'body-large' | 'body-slow' | 'body-invalid'

  constructor(code: BodyTrouble['code']) {
    super(code)
    this.code = code
  }
}
