/** One thing wrong in a group of sekisho.yaml that has a reader of its own. */
export interface Issue {
  /** The place below the group. */
  readonly path: readonly (string | number)[]
  /** Completes the sentence "allowed is …". */
  readonly allowed: string
  readonly found: unknown
}
