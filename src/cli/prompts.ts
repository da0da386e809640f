/** Questions at the terminal, drawn by @clack/prompts on standard error, so that results stay clean. */
import type { Readable, Writable } from 'node:stream'
import { isCancel, password, select, text } from '@clack/prompts'
import type { Prompts } from './context.ts'

/** Ctrl-C at a question: nothing was done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

export function makePrompts(input: Readable, output: Writable): Prompts {
  return {
    async text({ message, initial, check }) {
      const answer = await text({
        message,
        input,
        output,
        ...(initial !== undefined && { initialValue: initial }),
        validate: (typed) => check?.(typed ?? ''),
      })
      return answered(answer)
    },
    async hidden({ message, check }) {
      return answered(await password({ message, input, output, validate: (typed) => check?.(typed ?? '') }))
    },
    async choose<Choice extends string>({
      message,
      choices,
    }: {
      message: string
      choices: readonly { readonly value: Choice; readonly label: string }[]
    }) {
      const options = choices.map(({ value, label }) => ({ value: String(value), label }))
      const answer = answered(await select({ message, options, input, output }))
      // The prompt answers one of the values that it was given.
      return answer as Choice
    },
  }
}

function answered(answer: string | symbol): string {
  if (isCancel(answer)) throw new Interrupted()
  return String(answer)
}
