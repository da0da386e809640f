/** What a command is: its words, its help, what it accepts, what it does. */
import type { Command } from 'commander'
import type { CommandContext } from './context.ts'
import type { ExitCode } from './exit-codes.ts'

export interface CliCommand {
  /** `gate`, or `session list`. */
  readonly words: readonly [string] | readonly [string, string]
  readonly summary: string
  /** Whole command lines, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** Declares arguments and options. */
  declare(command: Command): Command
  run(given: Given, context: CommandContext): Promise<ExitCode>
}

/** What was typed, as commander read it: nothing here is checked yet. */
export interface Given {
  readonly positional: readonly unknown[]
  readonly options: Readonly<Record<string, unknown>>
}

/** A text option by its camel-case name. */
export function textOption({ options }: Given, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export function listOption({ options }: Given, name: string): readonly string[] | undefined {
  const value = options[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

export function flag({ options }: Given, name: string): boolean {
  return options[name] === true
}

export function positional(given: Given, index: number): string | undefined {
  const value = given.positional[index]
  return typeof value === 'string' ? value : undefined
}

/** For repeatable options: collects each value. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
