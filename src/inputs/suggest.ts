/** A strict starting point for `inputs:` from what the app declares: YAML with comments, for a person to go through. */
import type { AppModel, Endpoint, Slot } from '../app/model.ts'
import { lineSafe, yamlKey } from './yaml-text.ts'
import { isJsonList, isJsonObject } from '../kit/json.ts'
import { isReadOnly } from './bounds.ts'
import { labelOf } from './compiled.ts'
import { messageSlotOf } from './said.ts'
import { isNumber } from './schema.ts'
import { isFreeText, kindOf } from './shape.ts'

/** Letters of every script, digits, and what names and plain sentences need; no quotes, no semicolons, no brackets. */
const plainText = '[\\p{L}\\p{M}\\p{N} .,_-]*'
const emailText = '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+'

interface Suggestion {
  /** The rule as YAML; absent where there is nothing to write. */
  readonly line?: string
  readonly comment: string
  readonly pin?: boolean
}

export function suggestInputs(model: AppModel): string {
  const endpoints = [...model.endpoints.values()].filter(
    ({ onServer, inputs }) => onServer && inputs.length > 0,
  )
  const scripted = scriptedIn(model)
  const blocks = endpoints
    .filter((one) => !isTwin(one, endpoints))
    .flatMap((one) => suggestFor(one, scripted.has(one.id)))
  const body =
    blocks.length === 0 ? ['  # No function of this app takes anything that needs a rule.', '  {}'] : blocks
  return [...head, 'inputs:', ...body].join('\n')
}

const head = [
  '# A starting point: go through it, tighten what is too wide, and remove what you do not want.',
  '# It stands in sekisho.yaml. Types, choices and limits that the app cannot change are checked without a word here.',
  '# Once an endpoint is named, every free text of it needs a rule; free_text: true lets any text pass.',
]

/** Its group has a public endpoint whose rules hold here too. */
function isTwin(endpoint: Endpoint, all: readonly Endpoint[]): boolean {
  if (endpoint.visibility === 'public') return false
  const open = all.filter(({ visibility, group }) => visibility === 'public' && group === endpoint.group)
  const covered = new Set(open.flatMap(({ inputs }) => inputs.map(({ component }) => component)))
  // A rule for the history of a chat would stand in the place of what the messages' own rule says of it.
  const hasMessages = open.some((one) => messageSlotOf(one) >= 0)
  return endpoint.inputs.every(
    (slot) =>
      slot.isState ||
      !isFreeText(slot) ||
      covered.has(slot.component) ||
      (slot.type === 'chatbot' && hasMessages),
  )
}

/** Functions before which a `js` handler runs in the browser, and sends what it likes. */
function scriptedIn({ config }: AppModel): ReadonlySet<number> {
  const declared = config['dependencies']
  const found = new Set<number>()
  for (const one of isJsonList(declared) ? declared : []) {
    if (isJsonObject(one) && typeof one['js'] === 'string' && isNumber(one['id']))
      found.add(one['id'].valueOf())
  }
  return found
}

function suggestFor(endpoint: Endpoint, scripted: boolean): readonly string[] {
  const suggested = endpoint.parameters.flatMap((parameter) => {
    const slot = endpoint.inputs[parameter.slot]
    return slot === undefined || slot.isState ? [] : [{ parameter, ...suggestParameter(slot, scripted) }]
  })
  if (suggested.length === 0) return []
  const lines = suggested.map(({ parameter, line, comment }) => {
    const name = line === undefined ? `# ${lineSafe(parameter.name)}` : yamlKey(parameter.name)
    return `    ${name}: ${line === undefined ? '' : `${line} # `}${labelled(parameter.name, labelOf(endpoint, parameter.slot), comment)}`
  })
  const pins = suggested.filter(({ pin }) => pin === true).map(({ parameter }) => parameter.name)
  const pinned = pins.length === 0 ? [] : [`    pin: [${pins.map(yamlKey).join(', ')}]`]
  const isEmpty = pins.length === 0 && suggested.every(({ line }) => line === undefined)
  return isEmpty
    ? [
        `  # ${lineSafe(endpoint.name)}: nothing to say beyond what is always checked`,
        ...lines.map((line) => line.slice(2)),
        '',
      ]
    : [`  ${yamlKey(endpoint.name)}:`, ...lines, ...pinned, '']
}

/** The name of the API says little where Gradio made it up. */
function labelled(name: string, label: string, comment: string): string {
  return label === '' || label === name ? comment : `"${lineSafe(label.slice(0, 60))}": ${comment}`
}

function suggestParameter(slot: Slot, scripted: boolean): Suggestion {
  const { type, props, changes } = slot
  if (isReadOnly(slot) && !changes) return { comment: 'nobody may edit it; always checked' }
  const isOutOfReach =
    isReadOnly(slot) ||
    props['interactive'] === false ||
    props['visible'] === false ||
    type.endsWith('button')
  // A file that comes back is checked by whose it is; what a handler in the browser fills in, by nobody.
  if (isOutOfReach && !slot.holdsFiles && !scripted)
    return { comment: 'nobody types here: it must come back as the app last sent it', pin: true }
  switch (kindOf(slot)) {
    case 'text':
      return suggestText(slot)
    case 'colour':
    case 'time':
      return { comment: 'text of a fixed form; always checked' }
    case 'number':
      return slot.type === 'timer' ? { comment: 'always checked' } : suggestNumber(slot)
    case 'boolean':
    case 'index':
    case 'files':
      return { comment: 'always checked' }
    case 'choice':
    case 'choices':
      return suggestChoices(slot)
    case 'dropdown':
      return props['allow_custom_value'] === true ? suggestText(slot) : suggestChoices(slot)
    case 'model':
      return isFreeText(slot) ? structured(slot) : { comment: 'always checked' }
    case 'anything':
      return structured(slot)
  }
}

function suggestText({ type, props }: Slot): Suggestion {
  const declared = props['max_length']
  const most = isNumber(declared) ? declared.valueOf() : undefined
  const kind = props['type']
  if (kind === 'password')
    return { line: `{ max_length: ${most ?? 128}, free_text: true }`, comment: 'a secret has no pattern' }
  if (kind === 'email')
    return { line: `{ max_length: ${most ?? 254}, pattern: "${emailText}" }`, comment: 'an address' }
  const lines = props['lines']
  const isLong = type === 'code' || type === 'markdown' || (isNumber(lines) && lines.valueOf() > 1)
  if (isLong)
    return {
      line: `{ max_length: ${most ?? 10_000}, free_text: true }`,
      comment: 'several lines; never part of a query or command',
    }
  const pattern = JSON.stringify(plainText)
  return { line: `{ max_length: ${most ?? 100}, pattern: ${pattern} }`, comment: 'what may stand here?' }
}

function suggestNumber({ props, changes }: Slot): Suggestion {
  const { minimum, maximum } = props
  if (isNumber(minimum) && isNumber(maximum))
    return changes
      ? { line: '{ bounds: declared }', comment: 'the app may change it; if its limits stay, so may this' }
      : { comment: `from ${minimum.valueOf()} to ${maximum.valueOf()}; always checked` }
  const known = [
    ...(isNumber(minimum) ? [`min: ${minimum.valueOf()}`] : ['min: 0']),
    ...(isNumber(maximum) ? [`max: ${maximum.valueOf()}`] : ['max: 1000000']),
  ]
  return {
    line: `{ ${known.join(', ')}, optional: true }`,
    comment: 'a guess: the app does not declare both limits',
  }
}

function suggestChoices({ props, changes }: Slot): Suggestion {
  const { choices } = props
  const count = isJsonList(choices) ? choices.length : 0
  if (!changes) return { comment: `one of ${count} choices; always checked` }
  return count === 0
    ? { comment: 'the app fills in the choices at run time: write choices here if you know them' }
    : { line: '{ bounds: declared }', comment: 'the app may change it; if its choices stay, so may this' }
}

function structured({ type }: Slot): Suggestion {
  return {
    line: '{ max_length: 10000, free_text: true }',
    comment: `${type}: the length is that of each text in it`,
  }
}
