/** Policies by hand, at random: every kind of scope and condition that Cedar has, from few enough words that they meet. */
import type { Dice } from './random-roles.ts'

const principals = [
  'principal',
  'principal is Sekisho::User',
  'principal is Sekisho::Token',
  'principal is Sekisho::Guest',
  'principal == Sekisho::User::"bob"',
  'principal == Sekisho::Guest::"shared"',
  'principal == Sekisho::Token::"t1"',
  'principal in Sekisho::User::"bob"',
  'principal in Sekisho::Role::"viewer"',
  'principal in Sekisho::Role::"analyst"',
  'principal is Sekisho::Token in Sekisho::User::"bob"',
  'principal is Sekisho::User in Sekisho::Role::"admin"',
]

/** With actions of one kind of resource stand resources and attributes of it, so that no policy is impossible. */
const kinds = [
  {
    actions: ['action == Sekisho::Action::"callFunction"'],
    resources: [
      'resource',
      'resource is Sekisho::Endpoint',
      'resource == Sekisho::Endpoint::"predict"',
      'resource in Sekisho::Group::"chat"',
      'resource in Sekisho::App::"app"',
      'resource is Sekisho::Endpoint in Sekisho::Group::"talk"',
    ],
    conditions: [
      'resource.name == "predict"',
      'resource.name like "report_*"',
      'resource in Sekisho::Group::"chat"',
      'context.arguments.texts.hasTag("month") && context.arguments.texts.getTag("month") == "may"',
      'context.arguments.flags.hasTag("ok") && !context.arguments.flags.getTag("ok")',
      'context.arguments.lists.hasTag("month") && ["may", "june"].containsAll(context.arguments.lists.getTag("month"))',
      'context.arguments.numbers.hasTag("amount") && context.arguments.numbers.getTag("amount").floor.greaterThan(decimal("1.0"))',
      '[Sekisho::Endpoint::"predict", Sekisho::Endpoint::"chat"].contains(resource)',
    ],
  },
  {
    actions: ['action == Sekisho::Action::"readFile"'],
    resources: ['resource', 'resource is Sekisho::File', 'resource in Sekisho::App::"app"'],
    conditions: [
      'resource.own',
      '!resource.shared',
      'resource.own || resource.shared',
      'resource.ownerRoles.contains(Sekisho::Role::"viewer")',
      'principal in resource.ownerRoles',
      'resource.ownerRoles.containsAny([Sekisho::Role::"admin", Sekisho::Role::"ops"])',
    ],
  },
  {
    actions: [
      'action == Sekisho::Action::"viewPage"',
      'action in [Sekisho::Action::"viewPage", Sekisho::Action::"readConfig"]',
    ],
    resources: [
      'resource',
      'resource == Sekisho::Page::"/admin"',
      'resource is Sekisho::Page',
      'resource == Sekisho::App::"app"',
    ],
    conditions: [
      'resource is Sekisho::Page && resource.path like "/report/*"',
      'resource is Sekisho::App',
      'resource has path && resource.path == "/"',
    ],
  },
  {
    actions: ['action == Sekisho::Action::"callComponent"'],
    resources: ['resource', 'resource is Sekisho::Component'],
    conditions: ['resource.type == "fileexplorer"', 'resource.name != ""', 'resource.function like "l*"'],
  },
  {
    actions: [
      'action',
      'action in Sekisho::Action::"useApp"',
      'action in [Sekisho::Action::"useApp", Sekisho::Action::"useAppIfGranted"]',
    ],
    resources: ['resource', 'resource in Sekisho::App::"app"'],
    conditions: [
      'action == Sekisho::Action::"callFunction"',
      'action in Sekisho::Action::"useApp"',
      'resource is Sekisho::App',
    ],
  },
] as const

const everywhere = [
  'context.mfa',
  '!context.tls',
  'context.authAge < 900',
  'context.method == "password"',
  'context.address.isInRange(ip("10.0.0.0/8"))',
  'context.times.hasTag("Asia/Tokyo") && context.times.getTag("Asia/Tokyo").minute < 720',
  'context.now > datetime("2027-01-01")',
  'principal.hasTag("department")',
  'principal.hasTag("department") && principal.getTag("department") like "legal-*"',
  '!(principal.hasTag("department") && principal.getTag("department") == "finance")',
  'principal in Sekisho::Role::"analyst"',
  '!(principal in Sekisho::User::"bob")',
  'principal == Sekisho::User::"ann"',
  'principal is Sekisho::Token',
  'if principal is Sekisho::User then context.mfa else context.proof',
  '[Sekisho::User::"bob", Sekisho::User::"ann"].contains(principal)',
  'principal in [Sekisho::Role::"viewer", Sekisho::Role::"ops"]',
] as const

export function randomPolicies(dice: Dice, count: number): readonly string[] {
  return Array.from({ length: count }, () => {
    const kind = dice.one(kinds)
    const all = [...kind.conditions, ...everywhere]
    const clause = () => `${dice.one(['when', 'when', 'unless'])} { ${expression(dice, all, 2)} }`
    const clauses = Array.from({ length: dice.below(3) }, clause)
    const effect = dice.chance(0.7) ? 'permit' : 'forbid'
    return `${effect} (${dice.one(principals)}, ${dice.one(kind.actions)}, ${dice.one(kind.resources)}) ${clauses.join(' ')};`
  })
}

function expression(dice: Dice, of: readonly string[], depth: number): string {
  if (depth === 0 || dice.chance(0.5)) return dice.one(of)
  const [a, b] = [expression(dice, of, depth - 1), expression(dice, of, depth - 1)]
  return dice.chance(0.2) ? `!(${a})` : `(${a}) ${dice.one(['&&', '||'])} (${b})`
}
