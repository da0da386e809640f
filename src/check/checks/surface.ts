/** Checks of what the app offers besides its page: descriptions, figures, tools, and to whom. */
import type { AppEvidence } from '../app-evidence.ts'
import { foundAt, unseen, type AppCheck, type Outcome } from '../check.ts'
import { advisoriesDate, type Advisory } from '../advisories.ts'
import { findAffecting } from '../affected.ts'
import type { RequestName } from '../requests.ts'
import { isExposed } from './ways-around.ts'

const day = 86_400_000

function isOpen({ answers }: AppEvidence, name: RequestName): boolean {
  return answers.get(name)?.status === 200
}

function headerOf({ answers }: AppEvidence, name: RequestName, header: string): string | undefined {
  const value = answers.get(name)?.headers[header]
  return typeof value === 'string' ? value : value?.[0]
}

/** What Gradio can't close on loopback matters where others reach it. */
function whereExposed(seen: AppEvidence, at: readonly string[]): Outcome {
  return foundAt(isExposed(seen) ? at : [])
}

export const knownAdvisories: AppCheck = {
  id: 'known-advisories',
  about: 'app',
  severity: 'high',
  what: 'This version of Gradio has published weaknesses.',
  why: 'How to use them is public, and programs look for such versions.',
  scenario: 4,
  owasp: ['A03:2025', 'API8:2023', 'ASVS 15.2.1'],
  remedy: 'Upgrade Gradio to the newest version.',
  find: ({ config, now }) => {
    if (config === undefined) return unseen('a login hides the version')
    const affecting = findAffecting(config.version)
    if (affecting === undefined) return unseen(`"${config.version}" is no version that can be compared`)
    const worst = (['high', 'medium', 'low'] as const).find((one) =>
      affecting.some(({ severity }) => severity === one),
    )
    return foundAt(
      affecting.map((advisory) => `${describe(advisory)} (table of ${tableAge(now)})`),
      worst,
    )
  },
}

function describe({ id, ghsa, before, upTo, summary, source }: Advisory): string {
  const also = ghsa === undefined ? '' : `, ${ghsa}`
  const fixed = before === undefined ? `known up to ${upTo ?? 'here'}` : `fixed in ${before}`
  return `${id}${also}: ${summary}; ${fixed}; ${source}`
}

/** The table can't know what was published after it. */
export function tableAge(now: number): string {
  const days = Math.max(0, Math.floor((now - Date.parse(advisoriesDate)) / day))
  return `${advisoriesDate}, ${days === 1 ? '1 day' : `${String(days)} days`} old`
}

export const monitoringOpen: AppCheck = {
  id: 'monitoring-open',
  about: 'app',
  severity: 'medium',
  what: 'The usage figures of all users are open.',
  why: 'They tell strangers which functions there are and how they are used.',
  scenario: 6,
  owasp: ['A02:2025', 'API8:2023', 'ASVS 13.4.5'],
  remedy: 'Pass enable_monitoring=False to launch or mount_gradio_app.',
  find: (seen) => foundAt(isOpen(seen, 'monitoring') ? ['/monitoring'] : []),
}

export const mcpOpen: AppCheck = {
  id: 'mcp-open',
  about: 'app',
  severity: 'medium',
  what: 'The functions are offered as tools over MCP.',
  why: 'Whoever reaches the app can list and run them, without ever seeing the page.',
  scenario: 2,
  owasp: ['A01:2025', 'API5:2023', 'ASVS 8.2.1'],
  remedy:
    'Start the app with launch(mcp_server=False), or put the gate in front and grant useMcp to those who need it.',
  find: (seen) => foundAt(isOpen(seen, 'mcp') || seen.config?.mcpServer === true ? ['/gradio_api/mcp'] : []),
}

export const apiDocsOpen: AppCheck = {
  id: 'api-docs-open',
  about: 'app',
  severity: 'low',
  what: 'The routes are described on a page for everybody.',
  why: 'It is a map for attackers with a form to try each route.',
  scenario: 6,
  owasp: ['A02:2025', 'API9:2023', 'ASVS 13.4.5'],
  remedy: 'Start the app without docs_url in app_kwargs.',
  find: (seen) => foundAt(isOpen(seen, 'docs') ? ['/docs'] : []),
}

export const descriptionsOpen: AppCheck = {
  id: 'descriptions-open',
  about: 'app',
  severity: 'low',
  what: 'Descriptions of functions, routes and queue are open to the network.',
  why: 'Strangers learn names, parameters and default values of everything there is.',
  scenario: 6,
  owasp: ['A02:2025', 'API9:2023', 'ASVS 13.4.5'],
  remedy: 'Put the gate in front; for the list of routes, launch(app_kwargs={"openapi_url": None}).',
  find: (seen) =>
    whereExposed(
      seen,
      (
        [
          ['schema', `${seen.api}/info`],
          ['routes', '/openapi.json'],
          ['queue', `${seen.api}/queue/status`],
        ] as const
      )
        .filter(([name]) => isOpen(seen, name))
        .map(([, path]) => path),
    ),
}

export const foreignSites: AppCheck = {
  id: 'foreign-sites',
  about: 'app',
  severity: 'medium',
  what: 'Pages of other sites may read the answers of the app.',
  why: 'A page that a user visits elsewhere can use the app in their name.',
  scenario: 4,
  owasp: ['A02:2025', 'API8:2023', 'ASVS 3.4.2'],
  remedy:
    'Start the app with launch(strict_cors=True), on loopback, with the gate in front, which allows no other site.',
  find: (seen) => {
    const allows = (name: RequestName) => headerOf(seen, name, 'access-control-allow-origin') !== undefined
    return foundAt([
      ...(allows('foreignSite') ? ['any site'] : []),
      ...(allows('nullOrigin') ? ['pages without an origin'] : []),
    ])
  },
}

export const serverHeader: AppCheck = {
  id: 'server-header',
  about: 'app',
  severity: 'low',
  what: 'Answers name the server software to the network.',
  why: 'It tells which weaknesses to try.',
  scenario: 6,
  owasp: ['A02:2025', 'ASVS 13.4.6'],
  remedy: 'Put the gate in front, which leaves the header out.',
  find: (seen) => {
    const server = headerOf(seen, 'page', 'server')
    return whereExposed(seen, server === undefined ? [] : [`Server: ${server.slice(0, 60)}`])
  },
}

export const browserHeaders: AppCheck = {
  id: 'browser-headers',
  about: 'app',
  severity: 'low',
  what: 'Headers that make browsers careful are missing, and the network reaches the app.',
  why: 'Without them other sites may frame the page, and browsers guess what a file is.',
  scenario: 3,
  owasp: ['A02:2025', 'ASVS 3.4.4', 'ASVS 3.4.6'],
  remedy: 'Put the gate in front, which sets them.',
  find: (seen) => {
    const policy = headerOf(seen, 'page', 'content-security-policy') ?? ''
    const framed =
      headerOf(seen, 'page', 'x-frame-options') === undefined && !policy.includes('frame-ancestors')
    const sniffed = headerOf(seen, 'page', 'x-content-type-options') === undefined
    return whereExposed(seen, [
      ...(framed ? ['no X-Frame-Options or frame-ancestors'] : []),
      ...(sniffed ? ['no X-Content-Type-Options'] : []),
    ])
  },
}

export const developerModes: AppCheck = {
  id: 'developer-modes',
  about: 'app',
  severity: 'high',
  what: 'The app runs in a mode for its developers.',
  why: 'Reloading runs whatever stands in the file, and editing in the browser changes the program of a running app.',
  scenario: 2,
  owasp: ['A02:2025', 'API8:2023', 'ASVS 13.4.2'],
  remedy: 'Start the app with python app.py, not with the gradio command and never with --vibe.',
  find: ({ config }) => {
    if (config === undefined) return unseen('a login hides the configuration')
    if (config.vibeMode) return foundAt(['editing in the browser (vibe) is on'], 'high')
    return foundAt(config.devMode ? ['reloading (dev mode) is on'] : [], 'medium')
  },
}
