/** Writes docs/reference from the code; a test compares, so the pages can't drift. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fourOnly } from '../src/catalog/gradio/four.ts'
import { catalogue } from '../src/catalog/index.ts'
import { advisories, advisoriesDate } from '../src/check/advisories.ts'
import { scenarios, type Check } from '../src/check/check.ts'
import { checks as allChecks } from '../src/check/checks/index.ts'
import { describeRequests } from '../src/check/requests.ts'
import { commands } from '../src/cli/commands/index.ts'
import { configTemplate } from '../src/cli/config-template.ts'
import { exitCodesHelp } from '../src/cli/exit-codes.ts'
import { demandOn } from '../src/prove/prove.ts'
import { refusals } from '../src/refusals.ts'

const root = join(import.meta.dirname, '..')
const written = "<!-- Written by `npm run reference`; don't edit by hand. -->\n"

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function signedOf(entry: (typeof catalogue)[number]): string {
  if (entry.goesTo === 'nowhere') return '–'
  const demand = demandOn(entry)
  return demand === 'calls' ? 'yes' : demand === undefined ? 'no' : code(demand)
}

const code = (text: string) => `\`${text}\``

function configuration(): string {
  return `# Configuration

\`sekisho.yaml\` in the working directory, or the file named by \`--config\`. Options of the command line are stronger.
Unknown keys are errors. This is what \`sekisho init\` writes, with every key and its default:

\`\`\`yaml
${configTemplate({ upstream: 'http://127.0.0.1:7860' }).trimEnd()}
\`\`\`

Durations are \`30s\`, \`15m\`, \`1h\`, \`30d\`; sizes are \`64KB\`, \`10MB\`, \`1GB\`.
`
}

function routes(): string {
  const whoOf = (entry: (typeof catalogue)[number]) =>
    entry.goesTo === 'nowhere' ? 'nobody' : 'as the policy says'
  const rowOf = (entry: (typeof catalogue)[number]) => [
    code(entry.methods.join(' ')),
    code(entry.path),
    code(entry.action),
    whoOf(entry),
    signedOf(entry),
  ]
  const head = ['methods', 'path', 'action', 'who', 'signed']
  const rows = catalogue.map(rowOf)
  const ofFour = fourOnly.map(rowOf)
  return `# Routes and actions

Every request that the gate knows, and the action that a policy decides about. Whatever is not here is refused. \`[/]\` is an
optional slash, \`{name}\` part of one segment, \`{name...}\` the rest. Pages that an app declares itself are \`viewPage\`.

The last column says what the key of a session has to [sign](proof.md#what-has-to-be-signed); \`files\`: only where
\`proof: { files: required }\` is set. The key of a token signs everything.

${table(head, rows)}

## Gradio 4

Its routes stand at the root: the same rows without ${code('/gradio_api')}, less those of what came later, and two of its own.

${table(head, ofFour)}
`
}

function refused(): string {
  const rows = Object.entries(refusals).map(([name, row]) => [
    code(name),
    row.step,
    String(row.status),
    row.says.en,
  ])
  return `# Refusals

The code stands in the audit log; the outside sees the status and the text, never the reason.

${table(['code', 'step', 'status', 'text'], rows)}
`
}

function cli(): string {
  const parts = commands.map((command) => {
    const examples = command.examples.map(([line, words]) => `${line}\n    # ${words}`)
    return `## sekisho ${command.words.join(' ')}\n\n${command.summary}\n\n\`\`\`\n${examples.join('\n')}\n\`\`\`\n`
  })
  return `# Commands

Each command prints all its options with \`--help\`.

${parts.join('\n')}
## Exit codes

\`\`\`
${exitCodesHelp.split('\n').slice(1).join('\n')}
\`\`\`
`
}

function checks(): string {
  const describe = ({ id, severity, what, why, remedy, scenario, owasp }: Check) =>
    `### ${id}\n\n${what} ${why}\n\n` +
    `**Remedy:** ${remedy}\n\n` +
    `Severity ${severity}; ${scenarios[scenario]}; ${owasp.join(', ')}.\n`
  const about = (subject: Check['about']) => allChecks.filter((one) => one.about === subject).map(describe)
  const versions = advisories.map(({ id, ghsa, from, before, upTo, summary, source }) => [
    `[${id}](${source})${ghsa === undefined ? '' : `, ${ghsa}`}`,
    `${from === undefined ? '' : `from ${from}, `}${before === undefined ? `up to ${upTo ?? ''}` : `before ${before}`}`,
    summary,
  ])
  return `# Checks

What \`sekisho check\` looks for. \`--accept\` takes the names. How to run it: [check](../operate/check.md).

## The app

${about('app').join('\n')}
## The gate and its machine

${about('gate').join('\n')}
## Requests

These and no others reach the app (\`sekisho check --list-requests\`):

\`\`\`
${describeRequests().join('\n')}
\`\`\`

## Advisories about Gradio

As of ${advisoriesDate}; severities are our own grading.

${table(['advisory', 'versions', 'what'], versions)}
`
}

function policy(): string {
  const read = (name: string) => readFileSync(join(root, 'src/policy', name), 'utf8').trimEnd()
  const cedar = (name: string) => `\`\`\`cedar\n${read(name)}\n\`\`\`\n`
  return `# Policy

What a policy by hand can speak of, and the policies that come with the gate. Most need no more than
[roles](../operate/roles.md).

## Schema

${cedar('gate.cedarschema')}
## Beside every policy

${cedar('defaults/always.cedar')}
## Beside roles

${cedar('defaults/roles.cedar')}
## Without roles and without a file

${cedar('defaults/default.cedar')}`
}

/** Page name to text. */
export function makeReference(): Readonly<Record<string, string>> {
  const pages = {
    'configuration.md': configuration(),
    'routes.md': routes(),
    'refusals.md': refused(),
    'cli.md': cli(),
    'checks.md': checks(),
    'policy.md': policy(),
  }
  return Object.fromEntries(Object.entries(pages).map(([name, text]) => [name, written + text]))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(join(root, 'docs/reference'), { recursive: true })
  for (const [name, text] of Object.entries(makeReference()))
    writeFileSync(join(root, 'docs/reference', name), text)
  console.log(`docs/reference: ${Object.keys(makeReference()).join(', ')}`)
}
