/** Why a body was stopped on its way. */

/** Raised while a body is read or passes, turned into the refusal of the same code by whoever reads the stream. */
export class BodyTrouble extends Error {
  override readonly name = 'BodyTrouble'
  readonly code: 'body-large' | 'body-slow' | 'body-invalid' | 'file-refused' | 'quota-spent' | 'proof-body'
  /** Facts for the audit log: shapes and limits, no content and no names. */
  readonly because: Readonly<Record<string, string | number | boolean>>

  constructor(code: BodyTrouble['code'], because: BodyTrouble['because'] = {}) {
    super(code)
    this.code = code
    this.because = because
  }
}
