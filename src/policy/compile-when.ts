/** `when:` of a role as Cedar conditions, all of which must hold. */
import { anyOf, cedarString, fitsPattern } from './cedar-text.ts'
import { boundsOf } from '../kit/decimal.ts'
import { weekdays } from './roles.ts'
import type { ArgumentRule, When } from './roles.ts'

export interface CompiledWhen {
  /** True of a whole visit: guards all that the role grants. */
  readonly visit: readonly string[]
  /** True of a single act: guards what acts, and not the sight of the app. */
  readonly act: readonly string[]
  /** Of a call only. */
  readonly call: readonly string[]
}

export function compileWhen(when: When = {}): CompiledWhen {
  const { mfa, method, network, attributes, authAge, proof, fresh } = when
  return {
    visit: [
      ...(mfa === true ? ['context.mfa'] : []),
      ...(method ? [anyOf(method.map((one) => `context.method == ${cedarString(one)}`))] : []),
      ...(network ? [anyOf(network.map((one) => `context.address.isInRange(ip(${cedarString(one)}))`))] : []),
      ...compileTimes(when),
      ...Object.entries(attributes ?? {}).map(([name, patterns]) => compileAttribute(name, patterns)),
    ],
    act: [
      ...(authAge === undefined ? [] : [`context.authAge <= ${String(Math.floor(authAge / 1000))}`]),
      ...(proof === true ? ['context.proof'] : []),
    ],
    call: [
      ...(fresh === undefined ? [] : ['context.fresh']),
      ...Object.entries(when.arguments ?? {}).map(([name, rule]) => compileArgument(name, rule)),
    ],
  }
}

function compileTimes({ hours, days, timeZone = 'UTC' }: When): readonly string[] {
  if (hours === undefined && days === undefined) return []
  const zone = cedarString(timeZone)
  const clock = `context.times.getTag(${zone})`
  const numbers = days?.map((day) => String(weekdays.indexOf(day) + 1))
  return [
    `context.times.hasTag(${zone})`,
    ...(hours
      ? [
          anyOf(
            hours.map(({ from, to }) => {
              const ends = [`${clock}.minute >= ${String(from)}`, `${clock}.minute < ${String(to)}`]
              return `(${ends.join(from < to ? ' && ' : ' || ')})`
            }),
          ),
        ]
      : []),
    ...(numbers ? [`[${numbers.join(', ')}].contains(${clock}.weekday)`] : []),
  ]
}

/** A guest has none, and Cedar knows. */
function compileAttribute(name: string, patterns: readonly string[]): string {
  const tag = `principal.getTag(${cedarString(name)})`
  const fits = anyOf(patterns.map((pattern) => fitsPattern(tag, pattern)))
  return `principal.hasTag(${cedarString(name)}) && ${fits}`
}

function compileArgument(name: string, rule: ArgumentRule): string {
  const tag = (kind: 'texts' | 'numbers' | 'flags' | 'lists', test: (value: string) => string) => {
    const held = `context.arguments.${kind}`
    return `(${held}.hasTag(${cedarString(name)}) && ${test(`${held}.getTag(${cedarString(name)})`)})`
  }
  if (rule.kind === 'range') {
    const { min, max } = rule
    const ends = (value: string) => [
      ...(min === undefined ? [] : [`${value}.floor.greaterThanOrEqual(${decimal(min)})`]),
      ...(max === undefined ? [] : [`${value}.ceiling.lessThanOrEqual(${decimal(max)})`]),
    ]
    return tag('numbers', (value) => ends(value).join(' && '))
  }
  const texts = rule.values.filter((value) => typeof value === 'string')
  const numbers = rule.values.filter((value) => typeof value === 'number')
  const flags = rule.values.filter((value) => typeof value === 'boolean')
  const whole = texts.filter((text) => !text.includes('*')).map(cedarString)
  return anyOf([
    ...(texts.length === 0
      ? []
      : [tag('texts', (text) => anyOf(texts.map((one) => fitsPattern(text, one))))]),
    // A choice of several: each of them must be one of the values.
    ...(whole.length === 0 ? [] : [tag('lists', (list) => `[${whole.join(', ')}].containsAll(${list})`)]),
    ...numbers.map((number) =>
      tag(
        'numbers',
        (value) => `${value}.floor == ${decimal(number)} && ${value}.ceiling == ${decimal(number)}`,
      ),
    ),
    ...flags.map((flag) => tag('flags', (value) => (flag ? value : `!${value}`))),
  ])
}

/** The configuration took only numbers that have one. */
function decimal(number: number): string {
  return `decimal(${cedarString(boundsOf(number)?.floor ?? '')})`
}
