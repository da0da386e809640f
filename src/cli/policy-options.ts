/** What the commands on policies have in common: which policy, which app, and how files are called. */
import { relative } from 'node:path'
import type { Command } from 'commander'
import type { AppModel } from '../app/model.ts'
import type { Config } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import { isBuiltIn, type PlaceNamer } from '../policy-tools/print-policy.ts'
import type { PolicyDesk } from '../policy-tools/policy-desk.ts'
import { flag, type Given } from './command.ts'
import { operatorConfigOf } from './config-options.ts'
import type { CommandContext } from './context.ts'

export function declareOffline(command: Command): Command {
  return command.option('--offline', "don't ask the app; its names are then taken as they are")
}

export interface OpenedPolicy {
  readonly config: Config
  readonly desk: PolicyDesk
}

/** Throws `policy-invalid` with file and line. */
export async function withPolicy<T>(
  given: Given,
  context: CommandContext,
  work: (opened: OpenedPolicy) => Promise<T>,
): Promise<T> {
  const config = await operatorConfigOf(given, context)
  const desk = await context.parts.openPolicy(config)
  try {
    return await work({ config, desk })
  } finally {
    desk.close()
  }
}

/** Undefined with `--offline`; throws GateFault in words when the app doesn't answer. */
export async function modelUnlessOffline(
  given: Given,
  context: CommandContext,
  config: Config,
): Promise<AppModel | undefined> {
  if (flag(given, 'offline')) return undefined
  try {
    return await context.parts.readAppModel(config)
  } catch (cause) {
    if (!(cause instanceof GateFault)) throw cause
    throw new GateFault(cause.code, `${cause.message} To go on without the app: --offline`, { cause })
  }
}

/** `sekisho.yaml:12`; what comes with sekisho is built in. */
export function placeNamer(context: CommandContext): PlaceNamer {
  return ({ file, line }) => (isBuiltIn(file) ? 'built in' : `${nameFile(file, context)}:${String(line)}`)
}

/** As short as it stays clear from where the command was typed. */
export function nameFile(file: string, { surroundings }: CommandContext): string {
  const path = relative(surroundings.cwd, file)
  return path.startsWith('..') ? file : path
}
