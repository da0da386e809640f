/** Runs random conversations until one breaks a rule, or enough of them didn't. */
import fc from 'fast-check'
import type { LoginRig } from '../rig/login-rig.ts'
import { Conversation } from './conversation.ts'
import type { Planted } from './gate-steps.ts'
import { conversations, type Step } from './steps.ts'

export interface ModelSize {
  readonly runs: number
  /** Steps of the longest conversation. */
  readonly steps: number
  readonly seed: number
  /** Whether a conversation that breaks a rule is made as short as possible; yes unless told otherwise. */
  readonly shorten?: boolean
}

/** What happened, so that nobody takes a run in which nothing happened for one that shows something. */
export interface Tally {
  steps: number
  sessions: number
  done: number
  /** Calls of honest browsers that arrived as they were sent. */
  honest: number
  /** Messages that were changed, repeated or made up. */
  hostile: number
  readonly refused: Map<string, number>
}

export const emptyTally = (): Tally => ({
  ...{ steps: 0, sessions: 0, done: 0, honest: 0, hostile: 0 },
  refused: new Map(),
})

export interface ModelResult {
  readonly tally: Tally
  /** The shortest conversation found that breaks a rule, and which. */
  readonly broken: { readonly steps: readonly Step[]; readonly rule: string } | undefined
}

/** `makeRig`: one for each conversation. `plant`: a new weak part for each. */
export async function runModel(
  { runs, steps, seed, shorten = true }: ModelSize,
  makeRig: () => Promise<LoginRig>,
  plant: () => Planted = () => ({}),
): Promise<ModelResult> {
  const tally = emptyTally()
  const property = fc.asyncProperty(conversations(steps), async (conversation) => {
    await new Conversation(await makeRig(), tally, plant()).run(conversation)
  })
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: !shorten })
  if (!details.failed) return { tally, broken: undefined }
  const { errorInstance } = details
  const rule =
    errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance)
  return { tally, broken: { steps: details.counterexample?.[0] ?? [], rule } }
}

export function addTally(sum: Tally, more: Tally): void {
  for (const what of ['steps', 'sessions', 'done', 'honest', 'hostile'] as const) sum[what] += more[what]
  for (const [code, times] of more.refused) sum.refused.set(code, (sum.refused.get(code) ?? 0) + times)
}

/** Refusals by code, the most frequent first. */
export function refusalsOf({ refused }: Tally): readonly (readonly [code: string, times: number])[] {
  return [...refused].sort(([, a], [, b]) => b - a)
}
