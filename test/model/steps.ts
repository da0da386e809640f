/** Steps of a random conversation: what honest browsers do, what happens on the way, what the attacker tries. */
import fc from 'fast-check'
import type { Wanted } from './message.ts'
import { tamperNames, type TamperName } from './tampering.ts'

/** Where a number chooses, it is taken modulo what there is. */
export type Step =
  /** Somebody who knows the password begins to sign in. */
  | { readonly do: 'knock'; readonly plain: boolean }
  /** The browser's last message; `kept`: it doesn't arrive, but the attacker has it. */
  | {
      readonly do: 'finish'
      readonly which: number
      readonly fate: 'arrives' | 'arrives many times at once' | 'kept'
    }
  /** The attacker has an account of its own. */
  | { readonly do: 'sign in as oneself'; readonly plain: boolean }
  | { readonly do: 'guess' }
  | {
      readonly do: 'meddle with a login'
      readonly which: number
      readonly with: number
      readonly how: LoginTamper
    }
  | {
      readonly do: 'ask'
      readonly browser: number
      readonly document: number
      readonly wanted: Wanted
      /** `unanswered`: it arrives, and the attacker swallows the answer. */
      readonly fate: 'arrives' | 'arrives twice' | 'arrives many times at once' | 'kept' | 'unanswered'
    }
  /** The browser hears of something that is kept or unanswered, with a challenge that is true, and repeats it. */
  | { readonly do: 'say that it was refused'; readonly which: number }
  | { readonly do: 'tamper'; readonly which: number; readonly with: number; readonly how: TamperName }
  /** Many requests of one document, or one each of many documents. */
  | { readonly do: 'ask a lot'; readonly browser: number; readonly of: 'one document' | 'many documents' }
  | { readonly do: 'leave'; readonly browser: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'set the clock back'; readonly ms: number }
  | { readonly do: 'restart' }

const loginTampers = [
  'nothing',
  'a key of its own under its own MAC',
  'a key of its own under the MAC of the browser',
  'a key of its own under the MAC of an own login',
  'another kind of key',
  'another origin',
  'plain instead of TLS',
  "another login's state",
  "another login's proof",
  'a proof of nothing',
  'no key',
] as const
export type LoginTamper = (typeof loginTampers)[number]

const number = fc.nat(1000)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ do: fc.constant('knock' as const), plain: rarely() }) },
  {
    weight: 24,
    arbitrary: fc.record({
      ...{ do: fc.constant('finish' as const), which: number },
      fate: fc.constantFrom('arrives', 'arrives', 'arrives many times at once', 'kept'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sign in as oneself' as const), plain: rarely() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('guess' as const) }) },
  {
    weight: 16,
    arbitrary: fc.record({
      ...{ do: fc.constant('meddle with a login' as const), which: number, with: number },
      how: fc.constantFrom(...loginTampers),
    }),
  },
  {
    weight: 64,
    arbitrary: fc.record({
      ...{ do: fc.constant('ask' as const), browser: number, document: fc.nat(5) },
      wanted: fc.constantFrom('submit', 'submit', 'remove', 'cancel', 'listen', 'upload'),
      fate: fc.constantFrom(
        'arrives',
        'arrives',
        'arrives twice',
        'arrives many times at once',
        'kept',
        'kept',
        'unanswered',
      ),
    }),
  },
  {
    weight: 24,
    arbitrary: fc.record({ do: fc.constant('say that it was refused' as const), which: number }),
  },
  {
    weight: 96,
    arbitrary: fc.record({
      ...{ do: fc.constant('tamper' as const), which: number, with: number },
      how: fc.oneof(
        { weight: 5, arbitrary: fc.constant('nothing' as const) },
        { weight: 2, arbitrary: fc.constantFrom('body' as const, 'function' as const) },
        { weight: 10, arbitrary: fc.constantFrom(...tamperNames) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('ask a lot' as const), browser: number },
      of: fc.constantFrom('one document', 'many documents'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), browser: number }) },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1000, 30_000, 59_000, 149_000, 151_000, 299_000, 301_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set the clock back' as const),
      ms: fc.constantFrom(1000, 61_000, 299_000, 900_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

function rarely(): fc.Arbitrary<boolean> {
  return fc.nat(3).map((n) => n === 0)
}

/** Begins with somebody who is signed in, or most conversations would be about nothing. */
export function conversations(most: number): fc.Arbitrary<readonly Step[]> {
  const first: readonly Step[] = [
    { do: 'knock', plain: false },
    { do: 'finish', which: 0, fate: 'arrives' },
    { do: 'sign in as oneself', plain: false },
  ]
  return fc
    .array(step, { minLength: Math.ceil(most / 2), maxLength: most, size: 'max' })
    .map((steps) => [...first, ...steps])
}
