/** From a name on the command line to the user that it means. */
import { editDistance } from '../config/nearest-key.ts'
import { GateFault } from '../kit/fault.ts'
import { parseUsername, usernameShape, type Username } from '../kit/username.ts'
import type { UserRow } from '../store/rows.ts'
import type { Given } from './command.ts'
import { operatorConfigOf } from './config-options.ts'
import type { Config } from '../config/config.ts'
import type { CommandContext } from './context.ts'
import type { OperatorUsers } from './operator-users.ts'
import type { OperatorState } from './parts.ts'
import { printable } from './printable.ts'

/** Throws GateFault `usage` naming the shape; a password that somebody typed there by mistake isn't repeated. */
export function readUsername(typed: string | undefined): Username {
  const name = typed === undefined ? undefined : parseUsername(typed)
  if (name === undefined)
    throw new GateFault('usage', `The user's name is not one: allowed is ${usernameShape}.`)
  return name
}

/** Throws GateFault `usage` with the nearest name when nobody has this one. */
export async function findUser(users: OperatorUsers, typed: string | undefined): Promise<UserRow> {
  const name = readUsername(typed)
  const user = await users.find(name)
  if (user !== undefined) return user
  const near = (await users.list())
    .map((one) => ({ name: one.name, distance: editDistance(name, one.name) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const meant =
    near !== undefined && near.distance <= Math.max(1, Math.floor(name.length / 3))
      ? ` Did you mean ${near.name}?`
      : ''
  throw new GateFault('usage', `There is no user ${printable(name)}.${meant} See: sekisho user list`)
}

/** Whoever is disabled can't use a link; throws GateFault `usage` with what to do first. */
export async function findEnabledUser(users: OperatorUsers, typed: string | undefined): Promise<UserRow> {
  const user = await findUser(users, typed)
  if (user.disabledAt === undefined) return user
  throw new GateFault('usage', `The user ${user.name} is disabled. First: sekisho user enable ${user.name}`)
}

export interface Opened {
  readonly state: OperatorState
  readonly users: OperatorUsers
  readonly config: Config
}

/** Opens the gate's state for one command and closes it whatever happens. */
export async function withUsers<T>(
  given: Given,
  context: CommandContext,
  work: (opened: Opened) => Promise<T>,
  which: 'existing' | 'existing-or-new' = 'existing',
): Promise<T> {
  const config = await operatorConfigOf(given, context)
  const state = await context.parts.openState(config, which)
  try {
    return await work({ state, users: state.users, config })
  } finally {
    await state.close()
  }
}
