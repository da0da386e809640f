/** One step of the schema, forward only: a database goes from `version - 1` to `version` in one transaction. */
export interface Migration {
  readonly version: number
  readonly sqlite: string
}
