/** Owners as people name them: by a user's name, a token's name or id, or the id of a login session. */
import type { Command } from 'commander'
import { GateFault } from '../kit/fault.ts'
import { ownerOf, type Owner } from '../ownership/owner.ts'
import { textOption, type Given } from './command.ts'
import { findUser } from './find-user.ts'
import type { OperatorState } from './parts.ts'

export function declareOwner(command: Command): Command {
  return command
    .option('--user <name>', 'what is this user’s')
    .option('--token <id or name>', 'what is this API token’s')
    .option('--session <id>', 'what is this login session’s, opened with the shared password')
}

/** Undefined when none is named. Throws GateFault `usage` for several, and for one that nobody knows. */
export async function readOwner(given: Given, state: OperatorState): Promise<Owner | undefined> {
  const user = textOption(given, 'user')
  const token = textOption(given, 'token')
  const session = textOption(given, 'session')
  if ([user, token, session].filter((one) => one !== undefined).length > 1) {
    throw new GateFault('usage', 'Say one owner: --user, --token or --session.')
  }
  if (user !== undefined) {
    return ownerOf({ kind: 'user', session: { account: (await findUser(state.users, user)).id } })
  }
  if (token !== undefined) return tokenOwner(token, state)
  // It may have ended: what it owned is forgotten later.
  return session === undefined ? undefined : ownerOf({ kind: 'guest', session: { id: session } })
}

async function tokenOwner(said: string, state: OperatorState): Promise<Owner | undefined> {
  const [found, ...others] = await state.tokens.find(said)
  if (found === undefined) throw new GateFault('usage', 'There is no such token. See: sekisho token list')
  if (others.length > 0) {
    throw new GateFault('usage', 'Several tokens have this name. Say which, by its id: sekisho token list')
  }
  return ownerOf({ kind: 'token', token: { id: found.id } })
}

/** How to show owners: by the names that users and tokens have now, by the id where they are gone. */
export async function ownerNames(state: OperatorState): Promise<(owner: Owner) => string> {
  const names = new Map<string, string>()
  for (const { id, name } of await state.users.list()) names.set(`user:${id}`, `user ${name}`)
  for (const { id, name } of await state.tokens.list()) names.set(`token:${id}`, `token ${name}`)
  return (owner) => names.get(owner) ?? owner.replace(':', ' ')
}
