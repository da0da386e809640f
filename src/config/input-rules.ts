/** The operator's rules for inputs, as they stand under `inputs:` in sekisho.yaml. */
import type { Pattern } from '../kit/pattern.ts'

export type Scalar = string | number | boolean | null

export interface InputRule {
  /** Every text of the input matches it as a whole. */
  readonly pattern?: Pattern
  /** Code points of every text. */
  readonly minLength?: number
  readonly maxLength?: number
  /** Of every number. */
  readonly min?: number
  readonly max?: number
  /** Whole numbers only. */
  readonly integer?: true
  /** What the input, or each entry of its list, may be. */
  readonly choices?: readonly Scalar[]
  /** Entries of a list, or files. */
  readonly maxItems?: number
  /** Any text: said, so that nobody has to guess whether it was forgotten. */
  readonly freeText?: true
  /** Nothing (null, an empty text, an empty list) passes whatever else stands here. */
  readonly optional?: true
  /** What the component declares holds although the app could change it at run time. */
  readonly declaredBounds?: true
  /** Hosts that an https link in a file's place may name; `*.` before one stands for everything below it. */
  readonly links?: readonly string[]
}

export type Condition =
  | { readonly kind: 'values'; readonly values: readonly Scalar[] }
  | { readonly kind: 'rule'; readonly rule: InputRule }

export interface Requirement {
  /** By parameter; when all of these hold … */
  readonly if: ReadonlyMap<string, Condition>
  /** … all of these must. */
  readonly then: ReadonlyMap<string, Condition>
}

export interface EndpointRules {
  /** An `api_name`; `*` in it stands for any characters. */
  readonly endpoint: string
  readonly parameters: ReadonlyMap<string, InputRule>
  readonly require: readonly Requirement[]
  /** Parameters that must come back as the app last sent them. */
  readonly pin: readonly string[]
}

export type InputRules = readonly EndpointRules[]
