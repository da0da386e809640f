/** One thing wrong in a group of sekisho.yaml that has a reader of its own. */
import { didYouMean } from './nearest-name.ts'

export interface Issue {
  /** The place below the group. */
  readonly path: readonly (string | number)[]
  /** Completes the sentence "allowed is …", or says it all of an `unknownKey`. */
  readonly allowed: string
  readonly found: unknown
  readonly unknownKey?: true
}

/** `path` ends with the key. */
export function unknownKeyAt(path: Issue['path'], known: readonly string[], found: unknown): Issue {
  const allowed = `unknown key.${didYouMean(String(path.at(-1)), known)} Known here: ${known.join(', ')}.`
  return { path, allowed, found, unknownKey: true }
}
