/**
 * Writes src/disclosure/secret-rules.ts from the rules of gitleaks: `node scripts/write-secret-rules.ts <gitleaks.toml> <version>`.
 * Taken are rules whose form begins with a prefix of its own; those that need a word near the value would see secrets everywhere.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [source, version] = process.argv.slice(2)
if (source === undefined || version === undefined) {
  throw new Error('Usage: node scripts/write-secret-rules.ts <gitleaks.toml> <version or commit>')
}

interface Rule {
  readonly id: string
  readonly regex: string
  readonly keywords: readonly string[]
}

/** The few forms of TOML that this one file is written in. */
function readRules(text: string): Rule[] {
  return text
    .split('[[rules]]')
    .slice(1)
    .flatMap((block) => {
      const id = /^id = "([^"]+)"/m.exec(block)?.[1]
      const regex = /^regex = '''([\s\S]*?)'''/m.exec(block)?.[1]
      const list = /^keywords = \[([^\]]*)\]/m.exec(block)?.[1]
      if (id === undefined || regex === undefined || list === undefined) return []
      return [{ id, regex, keywords: [...list.matchAll(/"([^"]+)"/g)].map((found) => found[1] ?? '') }]
    })
}

/** No prefix of their own, or one that stands in ordinary text. */
const left = new Set([
  'airtable-personnal-access-token',
  'authress-service-client-access-key',
  'azure-ad-client-secret',
  'clickhouse-cloud-api-secret-key',
  'cloudflare-origin-ca-key',
  'curl-auth-header',
  'curl-auth-user',
  'facebook-access-token',
  'flutterwave-public-key',
  'freemius-secret-key',
  'harness-api-key',
  'hashicorp-tf-api-token',
  'intra42-client-secret',
  'jwt-base64',
  'kubernetes-secret-yaml',
  'maxmind-license-key',
  'microsoft-teams-webhook',
  'nuget-config-password',
  'octopus-deploy-api-key',
  'openshift-user-token',
  'private-key',
  'jwt',
  'sidekiq-sensitive-url',
  'slack-webhook-url',
  'sourcegraph-access-token',
  'twilio-api-key',
  'vault-service-token',
])

/** Go's syntax to JavaScript's; nothing repeats without a bound, since the text is anybody's. */
function toJavaScript(regex: string): { readonly source: string; readonly flags: string } {
  const flags = /\(\?i[):]/.test(regex) ? 'i' : ''
  const translated = regex
    .replaceAll(`(?:[\\x60'"\\s;]|\\\\[nr]|$)`, '(?![A-Za-z0-9_-])')
    .replaceAll(`(?:[\\x60'"\\s;]|\\\\[nr]|$|\\b)`, '(?![A-Za-z0-9_-])')
    .replaceAll('(?:[^a-zA-Z0-9+/]|\\z)', '(?![a-zA-Z0-9+/])')
    .replaceAll('(?i)', '')
    .replaceAll(/\(\?-?i:/g, '(?:')
    .replaceAll('[[:alnum:]]', '[a-zA-Z0-9]')
    .replaceAll(/\{(\d+),\}/g, (_, least: string) => `{${least},${String(Math.max(2048, Number(least)))}}`)
    .replaceAll(/(?<=[\])d])\+(?![\w/])/g, '{1,256}')
    .replaceAll(/(?<=\])\*/g, '{0,256}')
    .replaceAll(/\((?!\?)/g, '(?:')
  return { source: translated, flags }
}

const rules = readRules(readFileSync(source, 'utf8')).filter(
  ({ id, regex }) => !left.has(id) && !regex.includes('[\\w.-]{0,50}'),
)
const rows = rules.map(({ id, regex, keywords }) => {
  const { source: form, flags } = toJavaScript(regex)
  const expression = new RegExp(form, flags)
  return `  { kind: '${id}', keywords: [${keywords.map((word) => `'${word}'`).join(', ')}], form: ${String(expression)} },`
})

const file = join(import.meta.dirname, '..', 'src', 'disclosure', 'secret-rules.ts')
writeFileSync(
  file,
  `/**
 * Forms of secrets that have a prefix of their own. Written by scripts/write-secret-rules.ts from gitleaks ${version}
 * (https://github.com/gitleaks/gitleaks, config/gitleaks.toml; MIT License, see NOTICE). Not to be edited.
 */
import type { SecretRule } from './secret-rule.ts'

export const gitleaksRules: readonly SecretRule[] = [
${rows.join('\n')}
]
`,
)
console.log(`${rows.length} rules written; run prettier on ${file}.`)
