/** About whom a question is: somebody the gate knows, or whoever has certain roles. */
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import type { PolicyPrincipal } from '../policy/engine.ts'
import { RoleGraph } from '../policy/role-graph.ts'
import { endowmentOf, type TokenState } from '../tokens/token-state.ts'
import { collect, flag, listOption, textOption, type Given } from './command.ts'
import type { CommandContext } from './context.ts'
import { readGiven } from './endowment-options.ts'
import { findUser } from './find-user.ts'
import { findToken } from './find-token.ts'
import type { OperatorState } from './parts.ts'

export function declareWho(command: Command): Command {
  return command
    .option('--user <name>', 'this user, with the roles and attributes that the gate knows')
    .option('--token <token>', 'this API token, by id or name')
    .option('--role <name>', 'whoever has this role and no other (repeatable: these roles)', collect)
    .option('--attribute <name=value>', 'with --role: and this attribute (repeatable)', collect)
    .option('--guest', 'whoever signed in with the shared password')
    .option('--nobody', 'whoever did not sign in')
}

/** Opens the state only where somebody is looked up there. Throws GateFault `usage`. */
export async function readWho(
  given: Given,
  context: CommandContext,
  config: Config,
): Promise<PolicyPrincipal> {
  const said = [
    textOption(given, 'user') !== undefined,
    textOption(given, 'token') !== undefined,
    listOption(given, 'role') !== undefined,
    flag(given, 'guest'),
    flag(given, 'nobody'),
  ].filter(Boolean)
  if (said.length !== 1) {
    throw new GateFault('usage', 'Who? Say one of --user, --token, --role, --guest and --nobody.')
  }
  if (listOption(given, 'attribute') !== undefined && listOption(given, 'role') === undefined) {
    throw new GateFault('usage', '--attribute goes with --role: users and tokens have those the gate knows.')
  }
  if (flag(given, 'guest')) return { kind: 'guest' }
  if (flag(given, 'nobody')) return { kind: 'nobody' }
  if (listOption(given, 'role') !== undefined) {
    return { kind: 'user', username: 'somebody', ...readGiven(given, config) }
  }
  const state = await context.parts.openState(config, 'existing')
  try {
    return textOption(given, 'user') === undefined
      ? await readToken(given, context, { state, config })
      : await readUser(given, context, state)
  } finally {
    await state.close()
  }
}

async function readUser(
  given: Given,
  { terminal }: CommandContext,
  { users }: OperatorState,
): Promise<PolicyPrincipal> {
  const { name, roles, attributes, disabledAt } = await findUser(users, textOption(given, 'user'))
  // The question is what the policy says; that the gate doesn't come so far has to be known beside it.
  if (disabledAt !== undefined) terminal.say(`${name} is disabled: whatever the policy says, nobody gets in.`)
  return { kind: 'user', username: name, roles, attributes }
}

const shut: Readonly<Record<Exclude<TokenState, 'active'>, string>> = {
  expired: 'has expired',
  revoked: 'is revoked',
  'user-disabled': 'is of a disabled user',
}

async function readToken(
  given: Given,
  { terminal }: CommandContext,
  { state: { tokens, users }, config }: { readonly state: OperatorState; readonly config: Config },
): Promise<PolicyPrincipal> {
  const token = await findToken(tokens, textOption(given, 'token') ?? '')
  if (token.state !== 'active')
    terminal.say(`This token ${shut[token.state]}: whatever the policy says, it opens nothing.`)
  const user = token.username === undefined ? undefined : await users.find(token.username)
  const found = { token: { ...token, ...(user && { user: user.id }) }, ...(user && { user }) }
  const graph = new RoleGraph(config.roles)
  const endowed = endowmentOf(found, (assigned) => graph.close(assigned))
  const principal = { kind: 'token', id: token.id, ...endowed } as const
  return user === undefined ? principal : { ...principal, user: user.name }
}
