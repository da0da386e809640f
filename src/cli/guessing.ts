/** zxcvbn with its dictionaries, loaded when a password is typed and not before: they take 0.15 s and 40 MB. */
import { guessWith, type Guessing } from '../contract/password-rules.ts'

export async function loadGuessing(): Promise<Guessing> {
  const [{ ZxcvbnFactory }, common, english, japanese] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
    import('@zxcvbn-ts/language-ja'),
  ])
  const zxcvbn = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary, ...japanese.dictionary },
    graphs: common.adjacencyGraphs,
  })
  return guessWith((password, words) => zxcvbn.check(password, words))
}
