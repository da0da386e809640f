/** `roles:` of sekisho.yaml after reading: what each role grants, and under which circumstances. */

export interface Role {
  readonly name: string
  /** Where the role and its keys stand: 1-based lines of `file`. */
  readonly file: string
  readonly line: number
  readonly lines: Readonly<Partial<Record<string, number>>>
  readonly inherits: readonly string[]
  /** Whole kinds of principals that have the role without its being assigned. */
  readonly givenTo: readonly Kind[]
  readonly call: readonly string[]
  readonly upload: boolean
  /** Roles whose members' files may be read and handed to functions. */
  readonly files: readonly string[]
  readonly deepLinks: boolean
  readonly mcp: boolean
  readonly components: readonly string[]
  /** Absent: every page. */
  readonly pages?: readonly string[]
  readonly monitoring: boolean
  readonly when?: When
}

export const kinds = ['guests', 'users', 'tokens'] as const
export type Kind = (typeof kinds)[number]

export const methods = ['password', 'token'] as const
export type Method = (typeof methods)[number]

/** All of it must hold. */
export interface When {
  readonly mfa?: boolean
  /** Milliseconds. */
  readonly authAge?: number
  readonly method?: readonly Method[]
  /** CIDR. */
  readonly network?: readonly string[]
  readonly hours?: readonly Hours[]
  readonly days?: readonly Weekday[]
  /** IANA name; there whenever hours or days are. */
  readonly timeZone?: string
  readonly proof?: boolean
  /** The password is given for each call of a function. */
  readonly fresh?: 'call'
  /** Name to patterns, one of which must fit. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>
  readonly arguments?: Readonly<Record<string, ArgumentRule>>
}

/** Minutes of the day; `to` is outside. `from` after `to`: over midnight. */
export interface Hours {
  readonly from: number
  readonly to: number
}

/** ISO 8601: Monday is the first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

export type ArgumentRule =
  | { readonly kind: 'values'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'range'; readonly min?: number; readonly max?: number }

/** A name of a role: it stands in policies, in the log and on the command line. */
export const roleNameForm = /^[a-z0-9][a-z0-9_-]{0,31}$/

const patternForms = {
  // An api_name is what the app's author wrote; a blank or a control character is a slip, and so is the slash of Gradio's
  // clients: with it, what a `!` takes back would stay.
  call: /^!?(?:group:[^\s*\p{C}][^*\p{C}]{0,199}|(?!group:)[^\s!/\p{C}][^\p{C}]{0,199})$/u,
  // Gradio's name of a type, `#` and an elem_id, a dot and a function: at least one of them.
  components: /^!?(?=[a-z0-9_*#.])[a-z0-9_*]*(?:#[^\s.#\p{C}]{1,100})?(?:\.[\w*]{1,100})?$/u,
  pages: /^!?\/?[^\s!\p{C}]{0,199}$/u,
} as const

export type PatternKind = keyof typeof patternForms

export function isPattern(kind: PatternKind, text: string): boolean {
  return text !== '' && text !== '!' && patternForms[kind].test(text)
}

/** A leading `!` takes back, from this role's own list, what another pattern of it grants. */
export function isExclusion(pattern: string): boolean {
  return pattern.startsWith('!')
}
