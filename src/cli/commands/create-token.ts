/** `sekisho token create`: a key for a program, printed once. */
import type { Config } from '../../config/config.ts'
import { parseDuration } from '../../config/scalars.ts'
import { GateFault } from '../../kit/fault.ts'
import { RoleGraph } from '../../policy/role-graph.ts'
import { apiTokenNameShape, parseApiTokenName } from '../../tokens/token-name.ts'
import type { TokenView, WantedToken } from '../../tokens/token-register.ts'
import type { UserRow } from '../../store/rows.ts'
import { collect, flag, textOption, type Given } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import type { Terminal } from '../context.ts'
import { readRoles } from '../endowment-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { findUser, withUsers } from '../find-user.ts'
import type { OperatorTokens } from '../operator-tokens.ts'
import type { OperatorUsers } from '../operator-users.ts'
import { printable, printableJson } from '../printable.ts'
import { takeTokenKey, type TokenKey } from '../token-key.ts'
import { describeToken } from '../token-words.ts'

const minute = 60_000
const longest = 3650 * 24 * 60 * minute

export const createToken: CliCommand = {
  words: ['token', 'create'],
  summary: 'make an API token for a program and print it once',
  examples: [
    ['sekisho token create --name ci --user bob', "bob's: it ends with him, and after 90 days"],
    [
      'sekisho token create --name nightly --expires 30d',
      'belongs to nobody; what the policy grants to tokens',
    ],
    ['sekisho token create --name ci --user bob --role viewer', "of bob's roles only this one"],
    ['sekisho token create --name ci > token.txt', 'the token alone goes to the file'],
    [
      'sekisho token create --name ci --bound',
      'worth nothing without the private key, which goes to ci.key.pem',
    ],
    [
      'sekisho token create --name ci --bound --public-key ci.pem',
      'the same, with a key that never leaves its machine',
    ],
  ],
  declare: (command) =>
    declareWhichGate(command)
      .requiredOption('--name <name>', 'what it is for; shown in lists and in the audit log')
      .option(
        '--user <name>',
        'whose it is: it ends with the user, and policies on whoever is in the user hold for it',
      )
      .option(
        '--role <name>',
        "of a user's: no more of the user's roles than these; otherwise the token's roles (repeatable)",
        collect,
      )
      .option('--expires <time>', 'how long it is good, such as 30d or 12h, or never', '90d')
      .option(
        '--bound',
        'good only with requests that its key signs (docs/reference/proof.md); makes the key',
      )
      .option('--key-out <file>', 'where the private key of a bound token goes (default: <name>.key.pem)')
      .option('--public-key <file>', 'bind it to this public key (PEM, P-256), made elsewhere')
      .option('--json', 'answer as JSON'),
  async run(given, context) {
    const name = parseApiTokenName(textOption(given, 'name') ?? '')
    if (name === undefined) {
      throw new GateFault('usage', `--name is not a name for a token: allowed is ${apiTokenNameShape}.`)
    }
    const lifetime = readLifetime(given)
    return withUsers(given, context, async ({ state, users, config }) => {
      mayBePlain(given, config)
      const user = await readUser(given, users)
      const roles = readTokenRoles(given, config, user)
      const lasting = lifetime === 'never' ? {} : { lifetimeMs: lifetime }
      const key = await takeTokenKey(given, name, context.surroundings.cwd)
      const bound = key && { proofKey: key.proofKey }
      const { token, text } = await orDiscard(key, () =>
        create(state.tokens, { name, ...(user && { user }), ...(roles && { roles }), ...bound, ...lasting }),
      )
      if (flag(given, 'json')) {
        const keyFile = key?.file === undefined ? {} : { keyFile: key.file }
        context.terminal.print(printableJson({ ...describeToken(token), ...keyFile, token: text.reveal() }))
      } else {
        context.terminal.print(text.reveal())
      }
      sayWhatItIs(token, context.terminal, key)
      if (config.insecureHttp && key === undefined) {
        context.terminal.say(
          'The gate speaks plain HTTP (insecure_http): whoever listens on the way can use the token too.',
        )
      }
      return exitCodes.ok
    })
  },
}

/** The key is written first: a token whose key got lost would open nothing, and its text was shown already. */
async function orDiscard<T>(key: TokenKey | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    await key?.discard()
    throw thrown
  }
}

async function create(tokens: OperatorTokens, wanted: WantedToken) {
  const created = await tokens.change((register) => register.create(wanted))
  if (created !== undefined) return created
  throw new GateFault(
    'usage',
    `There is a token ${printable(wanted.name)} already. Choose another name, or revoke that one by its id: sekisho token list`,
  )
}

function mayBePlain(given: Given, config: Config): void {
  if (flag(given, 'bound') || config.proof.tokens === 'optional') return
  throw new GateFault(
    'usage',
    'A token without a key would open nothing: the gate takes signed requests only (proof: tokens: required). Add --bound.',
  )
}

function readLifetime(given: Given): number | 'never' {
  const typed = textOption(given, 'expires') ?? '90d'
  if (typed === 'never') return 'never'
  const lifetime = parseDuration(typed)
  if (lifetime !== undefined && lifetime >= minute && lifetime <= longest) return lifetime
  throw new GateFault(
    'usage',
    '--expires is not a time that a token may last: allowed is 1m to 3650d, such as 12h or 30d, or never.',
  )
}

async function readUser(given: Given, users: OperatorUsers): Promise<UserRow | undefined> {
  const typed = textOption(given, 'user')
  if (typed === undefined) return undefined
  const user = await findUser(users, typed)
  if (user.disabledAt === undefined) return user
  throw new GateFault(
    'usage',
    `The user ${user.name} is disabled, so the token would open nothing. First: sekisho user enable ${user.name}`,
  )
}

/** Absent: all that the user has, or none. */
function readTokenRoles(
  given: Given,
  config: Config,
  user: UserRow | undefined,
): readonly string[] | undefined {
  const roles = readRoles(given, config)
  if (roles.length === 0) return undefined
  const held = user && new RoleGraph(config.roles).close(user.roles)
  const missing = held && roles.find((role) => !held.includes(role))
  if (missing === undefined) return roles
  const has = held === undefined || held.length === 0 ? 'none' : held.join(', ')
  throw new GateFault(
    'usage',
    `--role ${missing}: a user's token has no role that the user doesn't have. The user's roles: ${has}.`,
  )
}

function sayWhatItIs({ id, expiresAt }: TokenView, terminal: Terminal, key: TokenKey | undefined): void {
  const until =
    expiresAt === undefined
      ? 'It never expires: whoever finds it in years to come can use it. Consider --expires.'
      : `Good until ${new Date(expiresAt).toISOString()}.`
  terminal.say(
    `${until} It is shown only now; keep it where the program's other secrets are. The program sends it as\n` +
      `  Authorization: Bearer sekisho_…${key === undefined ? '' : `\n${aboutKey(key)}`}\n` +
      `To take it back: sekisho token revoke ${id}`,
  )
}

function aboutKey({ file }: TokenKey): string {
  const where =
    file === undefined
      ? 'the private key that belongs to the public one you gave'
      : `its private key, which is now in ${printable(file)} (only you can read it; there is no copy)`
  return `and signs every request with ${where}. Without that the token opens nothing. How: docs/operate/bound-tokens.md`
}
