/** Asks the app what is on the list, and this machine for its process: the evidence that the checks decide from. */
import { Pool } from 'undici'
import { apiPrefixOf, type ApiPrefix } from '../app/api-prefix.ts'
import { findAppProcess } from '../app/app-process.ts'
import { findWaysAround, judgeFacts, portOf } from '../app/find-risks.ts'
import { askApp, isServerRendered, type AppAnswer, type AppClient } from '../app/read-app.ts'
import { GateFault } from '../kit/fault.ts'
import { parseAppConfig, type AppConfig } from './app-config.ts'
import { isBehind, isHere, type AppEvidence, type Front, type Guessing } from './app-evidence.ts'
import {
  api,
  defaultPairs,
  loginRequest,
  requests,
  type ListedRequest,
  type RequestName,
} from './requests.ts'

export interface Looking {
  readonly gated: boolean
  /** Twelve logins that the app may log, or count against an account. */
  readonly tryDefaultCredentials: boolean
  readonly now: () => number
  /** Milliseconds to wait for each answer. */
  readonly patience?: number
}

/** GateFault `app-unreachable`, `app-busy`, or `usage` when what answers is no Gradio app. */
export async function lookAtApp(url: URL, looking: Looking): Promise<AppEvidence> {
  const client = new Pool(url.origin, { connections: 1, pipelining: 1 })
  const asker: AppClient = { client, patience: looking.patience ?? 10_000 }
  try {
    const answers = await askAll(asker, url)
    const now = looking.now()
    const page = answers.get('page')?.text ?? ''
    const hasPage = answers.get('page')?.status === 200
    const config = parseAppConfig(answers.get('config')?.text ?? '')
    const front = judgeFront(config, answers)
    if (front === undefined) throw new GateFault('usage', noGradio(url, answers.get('config')))
    const behind = isBehind({ front, url })
    const facts =
      config === undefined
        ? []
        : judgeFacts({ gradio: config.version, serverRendered: hasPage && isServerRendered(page) })
    return {
      url,
      gated: looking.gated,
      front,
      api: prefixIn(answers),
      config,
      answers,
      risks: behind ? [] : [...facts, ...(await findWaysAround(url))],
      guessing: await guess(asker, url, { front, wanted: looking.tryDefaultCredentials }),
      process: !behind && isHere(url) ? await findAppProcess(portOf(url)) : undefined,
      clock: readClock(answers, now),
      now,
    }
  } finally {
    await client.destroy()
  }
}

function noGradio(url: URL, answer: AppAnswer | undefined): string {
  const location = answer?.headers['location']
  const target = URL.parse(typeof location === 'string' ? location : '', url.href)
  // Without the query, which may hold what is nobody's business.
  const to = target === null ? '' : `${target.origin}${target.pathname}`.slice(0, 200)
  const seen =
    typeof location === 'string'
      ? `/config leads to ${to}, which was not followed. If that is the app, name its address.`
      : `/config holds no configuration (status ${String(answer?.status)}). An app that is mounted below a path has its address there.`
  return `What answers there is neither a Gradio app nor a login in front of one: ${seen}`
}

async function askAll(asker: AppClient, url: URL): Promise<ReadonlyMap<RequestName, AppAnswer>> {
  const answers = new Map<RequestName, AppAnswer>()
  // One after the other: an audit is not a load test.
  for (const [name, request] of requests) {
    const path = request.path.replace(api, prefixIn(answers))
    answers.set(name, await ask(asker, below(url, { ...request, path })))
  }
  return answers
}

/** As the configuration or the page says it, which are asked for before all that stands behind the prefix. */
function prefixIn(answers: ReadonlyMap<RequestName, AppAnswer>): ApiPrefix {
  const told = [answers.get('config')?.text, answers.get('page')?.text].join('\n')
  const version = /"version":\s?"([\w.-]{1,40})/.exec(told)?.[1]
  return apiPrefixOf(version ?? '', undefined) ?? api
}

const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/

async function ask(asker: AppClient, request: ListedRequest): Promise<AppAnswer> {
  try {
    return await askApp(asker, request)
  } catch (fault) {
    const cause = fault instanceof GateFault ? fault.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!untrusted.test(code)) throw fault
    const words =
      `The certificate there is not to be trusted (${code}). If it is the gate's own, name its file in the ` +
      'environment variable NODE_EXTRA_CA_CERTS; or look at the app itself.'
    throw new GateFault('app-unreachable', words, { cause })
  }
}

/** By the last answer, which is the youngest. */
function readClock(answers: ReadonlyMap<RequestName, AppAnswer>, at: number): AppEvidence['clock'] {
  const date = [...answers.values()].at(-1)?.headers['date']
  const said = Date.parse(typeof date === 'string' ? date : '')
  return Number.isNaN(said) ? undefined : { said, at }
}

function below(url: URL, request: ListedRequest): ListedRequest {
  return { ...request, path: `${url.pathname.replace(/\/+$/, '')}${request.path}` }
}

function judgeFront(
  config: AppConfig | undefined,
  answers: ReadonlyMap<RequestName, AppAnswer>,
): Front | undefined {
  if (config !== undefined) return 'app'
  const page = answers.get('page')?.text ?? ''
  const leadsTo = answers.get('page')?.headers['location'] ?? ''
  // Gradio's page before the login (gradio/routes.py 6.31).
  if (page.includes('"auth_required":true')) return 'own-login'
  if (leadsTo.includes('/.sekisho/') || page.includes('/.sekisho/')) return 'gate'
  return answers.get('config')?.status === 401 ? 'other-login' : undefined
}

async function guess(
  asker: AppClient,
  url: URL,
  { front, wanted }: { readonly front: Front; readonly wanted: boolean },
): Promise<Guessing> {
  if (front !== 'own-login') return { kind: 'no-login' }
  if (!wanted) return { kind: 'not-tried' }
  const names: string[] = []
  for (const pair of defaultPairs) {
    const { status } = await ask(asker, below(url, loginRequest(pair)))
    // Gradio answers 400 to a wrong pair (gradio/routes.py 6.31).
    if (status === 200) names.push(pair[0])
  }
  return { kind: 'tried', names }
}
