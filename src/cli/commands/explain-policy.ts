/** `sekisho policy explain`: may this one do that, and which rule says so? */
import type { Command } from 'commander'
import type { AppModel, Endpoint } from '../../app/model.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import type { Json } from '../../kit/json.ts'
import { parseStrictText, JsonTrouble, requestLimits } from '../../kit/strict-json.ts'
import { GateFault } from '../../kit/fault.ts'
import { readCircumstances } from '../../policy-tools/circumstances.ts'
import { nameDeed, readDeed, type Deed, type TypedDeed } from '../../policy-tools/deed.ts'
import type { Explanation, RuleView } from '../../policy-tools/explain-decision.ts'
import type { PlaceNamer } from '../../policy-tools/print-policy.ts'
import { namePrincipal } from '../../policy-tools/read-cases.ts'
import type { PolicyPrincipal, Question } from '../../policy/engine.ts'
import { collect, flag, listOption, textOption, type Given } from '../command.ts'
import type { CliCommand } from '../command.ts'
import { declareWhichGate } from '../config-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { declareOffline, placeNamer, modelUnlessOffline, withPolicy } from '../policy-options.ts'
import { declareWho, readWho } from '../policy-who.ts'
import { printable, printableJson } from '../printable.ts'

export const explainPolicy: CliCommand = {
  words: ['policy', 'explain'],
  summary: 'say whether somebody may do something, and which rule says so',
  examples: [
    [
      'sekisho policy explain --user bob --call admin_report --arg month=may',
      'bob as he is known to the gate',
    ],
    ['sekisho policy explain --role analyst --page /admin', 'anybody with this role and no other'],
    ['sekisho policy explain --guest --action uploadFile --address 192.0.2.7', 'from another address'],
  ],
  declare: (command) =>
    declareOffline(declareUnder(declareWhat(declareWho(declareWhichGate(command))))).option(
      '--json',
      'answer as JSON',
    ),
  async run(given, context) {
    return withPolicy(given, context, async ({ config, desk }) => {
      const typed = typedDeed(given)
      refuseIdle(given)
      const principal = await readWho(given, context, config)
      const under = readUnder(given, principal.kind, context.clock.now())
      const isOfApp = typed.call !== undefined || typed.page !== undefined
      const model = isOfApp ? await modelUnlessOffline(given, context, config) : undefined
      const deed = readDeed(typed, model)
      if (typeof deed === 'string') throw new GateFault('usage', deed)
      const question = {
        principal,
        ...deed,
        context: under,
        arguments: readArguments(given, endpointOf(deed, model)),
      }
      const explanation = desk.explain(question)
      const name = placeNamer(context)
      const { terminal } = context
      if (flag(given, 'json')) terminal.print(printableJson(describe(question, explanation)))
      else for (const line of words(question, explanation, name)) terminal.print(printable(line))
      return exitCodes.ok
    })
  },
}

function declareWhat(command: Command): Command {
  return command
    .option('--call <function>', 'calls this function of the app')
    .option('--arg <name=value>', 'with this argument: JSON, or else text (repeatable)', collect)
    .option('--page <path>', 'looks at this page')
    .option('--component <type.function>', 'uses a function of a component, such as fileexplorer.ls')
    .option('--file <whose>', 'reads a file: own, shared or others')
    .option('--owner-role <role>', 'with --file others: a role of the owner (repeatable)', collect)
    .option('--action <action>', 'does something to the app as a whole, such as uploadFile or useMcp')
    .option('--group <name>', 'with --call --offline: the group of the function')
}

function declareUnder(command: Command): Command {
  return command
    .option('--method <method>', 'signed in by: password or token')
    .option('--mfa', 'with a second factor')
    .option('--auth-age <time>', 'gave the password so long ago, such as 20m (default: just now)')
    .option('--address <address>', 'from this IP address (default: 127.0.0.1)')
    .option('--plain-http', 'without TLS')
    .option('--proof', "with proof of the login's key")
    .option('--fresh', 'with the password given for exactly this call')
    .option('--time <time>', 'at this time, such as 2026-11-22T09:30:00+09:00 (default: now)')
}

function typedDeed(given: Given): TypedDeed {
  const texts = ['call', 'page', 'component', 'file', 'action', 'group'] as const
  const typed = texts.flatMap((name) => {
    const text = textOption(given, name)
    return text === undefined ? [] : [[name, text] as const]
  })
  const ownerRoles = listOption(given, 'ownerRole')
  return { ...Object.fromEntries(typed), ...(ownerRoles && { ownerRoles }) }
}

/** What would be dropped unsaid: the answer would be to another question. */
function refuseIdle(given: Given): void {
  const idle = [
    ['arg', '--arg', 'call'],
    ['group', '--group', 'call'],
    ['ownerRole', '--owner-role', 'file'],
  ] as const
  const found = idle.find(
    ([option, , of]) => given.options[option] !== undefined && textOption(given, of) === undefined,
  )
  if (found !== undefined) throw new GateFault('usage', `${found[1]} goes with --${found[2]}.`)
}

function readUnder(given: Given, kind: PolicyPrincipal['kind'], now: number): Question['context'] {
  const typed = {
    method: textOption(given, 'method'),
    mfa: flag(given, 'mfa') ? true : undefined,
    auth_age: textOption(given, 'authAge'),
    address: textOption(given, 'address'),
    tls: flag(given, 'plainHttp') ? false : undefined,
    proof: flag(given, 'proof') ? true : undefined,
    fresh: flag(given, 'fresh') ? true : undefined,
    time: textOption(given, 'time'),
  }
  const read = readCircumstances(typed, kind, now)
  if ('method' in read) return read
  const [first] = read
  const option = `--${(first?.key ?? '').replace('_', '-')}`
  throw new GateFault('usage', `${option}: allowed is ${first?.allowed ?? ''}.`)
}

function endpointOf({ resource }: Deed, model: AppModel | undefined): Endpoint | undefined {
  return resource.kind === 'endpoint' ? model?.byName.get(resource.name) : undefined
}

function readArguments(given: Given, endpoint: Endpoint | undefined): Readonly<Record<string, Json>> {
  const pairs = (listOption(given, 'arg') ?? []).map((pair) => {
    const at = pair.indexOf('=')
    if (at > 0) return [pair.slice(0, at), readValue(pair.slice(at + 1))] as const
    throw new GateFault(
      'usage',
      `--arg: found ${JSON.stringify(pair.slice(0, 60))}; allowed is NAME=VALUE. A text that looks like JSON goes in quotes: --arg 'n="3"'.`,
    )
  })
  const names = pairs.map(([name]) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw new GateFault('usage', `--arg ${printable(twice)} stands there twice: keep one.`)
  const known = endpoint?.parameters.map(({ name }) => name)
  const unknown = known && names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, known ?? [])
    const all = (known ?? []).join(', ') || 'none'
    throw new GateFault(
      'usage',
      printable(`--arg: the function has no parameter ${unknown}.${meant} Its parameters: ${all}.`),
    )
  }
  return Object.fromEntries(pairs)
}

function readValue(text: string): Json {
  try {
    return parseStrictText(text, requestLimits)
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) return text
    throw thrown
  }
}

const reasons: Readonly<Record<Explanation['reason'], string>> = {
  permitted: 'Allowed.',
  forbidden: 'Denied: a rule forbids it.',
  'not-permitted': 'Denied: no rule permits it.',
  'no-policy': 'Denied: there is no policy.',
  'engine-fault': 'Denied: a rule could not be evaluated, and such a request is refused.',
}

function words(
  { principal, ...deed }: Question,
  explanation: Explanation,
  name: PlaceNamer,
): readonly string[] {
  const { reason, rules, roles, elsewise, grantedTo, impossible } = explanation
  const who = `  ${namePrincipal(principal)}: ${nameDeed(deed)}`
  const inherited = roles.filter((role) => !('roles' in principal && principal.roles.includes(role)))
  return [
    reasons[reason],
    who,
    ...(inherited.length > 0 ? [`  has besides: ${inherited.join(', ')}`] : []),
    ...(impossible ? ['  No policy can grant this: it is never done by such a principal.'] : []),
    ...rules.flatMap((rule) => ruleLines(rule, name)),
    ...(elsewise.length > 0
      ? ['Under other circumstances, or with other arguments, it would be allowed by:']
      : []),
    ...elsewise.flatMap((rule) => ruleLines(rule, name)),
    ...(grantedTo.length > 0 ? [`Roles that may: ${grantedTo.join(', ')}.`] : []),
  ]
}

function ruleLines(rule: RuleView, name: PlaceNamer): readonly string[] {
  const { id, text } = rule
  return [`  ${id} (${name(rule)})`, ...text.split('\n').map((one) => `    ${one}`)]
}

function describe({ principal, action, resource }: Question, explanation: Explanation): unknown {
  return { principal, action, resource, ...explanation }
}
