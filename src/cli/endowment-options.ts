/** The options by which roles and attributes are given and taken. */
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import { didYouMean } from '../config/nearest-name.ts'
import { GateFault } from '../kit/fault.ts'
import {
  attributeNameShape,
  attributeValueShape,
  parseAttributeName,
  parseAttributeValue,
} from '../kit/attribute.ts'
import { roleNameForm } from '../policy/roles.ts'
import type { Endowment } from '../store/rows.ts'
import type { EndowmentChange } from '../users/endowment.ts'
import { collect, listOption, type Given } from './command.ts'
import { printable } from './printable.ts'

const roleNameShape = '1 to 32 of a-z, digits, _ and -, beginning with a letter or digit'

export function declareGiving(command: Command): Command {
  return command
    .option('--role <name>', 'a role that sekisho.yaml or a policy names (repeatable)', collect)
    .option('--attribute <name=value>', 'something that policies may ask for (repeatable)', collect)
}

export function declareTaking(command: Command): Command {
  return command
    .option('--remove-role <name>', 'takes this role away (repeatable)', collect)
    .option('--remove-attribute <name>', 'takes this attribute away (repeatable)', collect)
}

/** Throws GateFault `usage`, here and below. */
export function readGiven(given: Given, config: Config): Endowment {
  return { roles: readRoles(given, config), attributes: readAttributes(given) }
}

/** `standing`: what the user has; nobody takes away by a slip what isn't there and goes home. */
export function readChange(given: Given, config: Config, standing: Endowment): EndowmentChange {
  const dropRoles = listOption(given, 'removeRole') ?? []
  const dropAttributes = listOption(given, 'removeAttribute') ?? []
  const { roles: addRoles, attributes: setAttributes } = readGiven(given, config)
  refuseBoth('role', addRoles, dropRoles)
  refuseBoth('attribute', Object.keys(setAttributes), dropAttributes)
  mustHave('role', dropRoles, standing.roles)
  mustHave('attribute', dropAttributes, Object.keys(standing.attributes))
  if ([addRoles, dropRoles, dropAttributes, Object.keys(setAttributes)].every(({ length }) => length === 0)) {
    throw new GateFault(
      'usage',
      'What is to change? Say --role, --remove-role, --attribute or --remove-attribute, any of them several times.',
    )
  }
  return { addRoles, dropRoles, setAttributes, dropAttributes }
}

/** `--role`, checked against the roles of the configuration where it defines any. */
export function readRoles(given: Given, config: Config): readonly string[] {
  const roles = listOption(given, 'role') ?? []
  for (const role of roles) {
    if (!roleNameForm.test(role)) {
      throw new GateFault('usage', `--role: found ${quote(role)}; allowed is ${roleNameShape}.`)
    }
    mustBeDefined(role, config)
  }
  return roles
}

function mustBeDefined(role: string, { roles }: Config): void {
  const known = roles.map(({ name }) => name)
  // None is defined: the policy is Cedar alone, and knows by itself what a name means.
  if (known.length === 0 || known.includes(role)) return
  throw new GateFault(
    'usage',
    `--role: there is no role ${role} in sekisho.yaml.${didYouMean(role, known)} Defined: ${known.join(', ')}.`,
  )
}

function readAttributes(given: Given): Readonly<Record<string, string>> {
  const attributes = new Map<string, string>()
  for (const pair of listOption(given, 'attribute') ?? []) {
    const at = pair.indexOf('=')
    const name = parseAttributeName(pair.slice(0, Math.max(0, at)))
    const value = parseAttributeValue(pair.slice(at + 1))
    if (at < 0 || name === undefined || value === undefined) {
      throw new GateFault(
        'usage',
        `--attribute: found ${quote(pair)}; allowed is NAME=VALUE, the name ${attributeNameShape}, the value ${attributeValueShape}.`,
      )
    }
    if (attributes.has(name))
      throw new GateFault('usage', `--attribute ${name} stands there twice: keep one.`)
    attributes.set(name, value)
  }
  return Object.fromEntries(attributes)
}

function refuseBoth(what: 'role' | 'attribute', given: readonly string[], taken: readonly string[]): void {
  const both = given.find((name) => taken.includes(name))
  if (both === undefined) return
  throw new GateFault('usage', `--${what} and --remove-${what} both name ${quote(both)}: choose one.`)
}

function mustHave(what: 'role' | 'attribute', taken: readonly string[], standing: readonly string[]): void {
  const missing = taken.find((name) => !standing.includes(name))
  if (missing === undefined) return
  const has = standing.length === 0 ? 'none' : standing.join(', ')
  throw new GateFault(
    'usage',
    `--remove-${what}: the user has no ${what} ${quote(missing)}.${didYouMean(missing, standing)} There: ${has}.`,
  )
}

function quote(text: string): string {
  return printable(JSON.stringify(text.slice(0, 80)))
}
