/** One form of a secret. */
export interface SecretRule {
  /** How it is called in the log; its value never is. */
  readonly kind: string
  /** Lower case; one of them stands in every secret of this form. */
  readonly keywords: readonly string[]
  readonly form: RegExp
}
