/** Answer or refusal → status, headers, bytes. The headers that every answer carries live here. */
import {
  accountForNewPassword,
  gradioUnauthenticated,
  languageParameter,
  paths,
  returnToParameter,
  safeReturnPath,
  type Language,
} from '../contract/contract.ts'
import { challengeField, parseStepUp, stepUpField } from '../contract/proof.ts'
import { chooseLanguage } from '../kit/language.ts'
import { rpcError } from '../mcp/error.ts'
import { refusals, type Refusal } from '../refusals.ts'
import { hstsHeader } from './hsts.ts'
import type { Answer, AnswerHeaders, IncomingBody, Misreceived, Outcome, Received } from '../request.ts'
import type { Outlet, Rest } from './exchange.ts'

/** A page for a person, by the status and text of a refusal; made by the web build. */
export type MessagePage = (language: Language, status: number, text: string) => Uint8Array

const everyAnswer = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
  'cross-origin-resource-policy': 'same-origin',
  // No page of a sibling host shares a process or `document.domain` with one of these (HTML section 7.1.2).
  'origin-agent-cluster': '?1',
} as const

/**
 * RFC 9110 section 15.5.2 wants a challenge in every 401, RFC 6750 section 3 one that is never bare. The same whatever the cause:
 * `error=` would tell whether a token was once good. Browsers ask nobody anything for this scheme.
 */
const challenge = { 'www-authenticate': 'Bearer realm="sekisho"' } as const

const messageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
} as const

function messagePolicy({ framers = [] }: Refusal): string {
  const ancestors = ["'self'", ...framers].join(' ')
  return `default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}`
}

export function reply(
  request: Received | Misreceived,
  outcome: Outcome,
  outlet: Outlet,
  page: MessagePage,
  hstsSeconds?: number,
): void {
  const answer = outcome.kind === 'refusal' ? renderRefusal(request, outcome, page) : outcome
  const headers: AnswerHeaders = {
    ...everyAnswer,
    ...('site' in request ? hstsHeader(request.site, hstsSeconds) : {}),
    ...answer.headers,
  }
  if (namesFramers(answer)) delete headers['x-frame-options']
  if (answer.body.kind === 'empty' && answer.status >= 300 && answer.status !== 304)
    headers['content-length'] = '0'
  outlet.begin(answer.status, headers, restOf(request, outcome))
  switch (answer.body.kind) {
    case 'empty':
      outlet.end()
      return
    case 'bytes':
      outlet.end(answer.body.bytes)
      return
    case 'stream': {
      const flow = answer.body.source.start(outlet)
      // An event stream may be silent for long (Gradio's heartbeat: 15 s), and its client waits for the head.
      if (isEventStream(answer)) outlet.flush()
      outlet.onDrain(flow.drained)
      outlet.onGone(flow.abandon)
      return
    }
    default:
      answer.body satisfies never
  }
}

/** Sites that may show it in a frame: `X-Frame-Options` can't name them, and whoever reads it alone shows it to nobody. */
function namesFramers({ headers }: Answer): boolean {
  return /frame-ancestors [^;]*https:/.test(String(headers['content-security-policy']))
}

function isEventStream(answer: Answer): boolean {
  const type = answer.headers['content-type']
  return typeof type === 'string' && type.startsWith('text/event-stream')
}

/** Taken in a moment, whoever sends it. */
const smallBody = 1024 * 1024

/** Whoever was refused may not make us read a large body to the end, nor a slow one any longer, unless it is to come once more. */
function restOf(request: Received | Misreceived, outcome: Outcome): Rest {
  if (outcome.kind !== 'refusal') return 'moment'
  const { bodyMost: most } = outcome
  if (most !== undefined && (bodyOf(request)?.length ?? 0) <= most) return { most }
  return unreadBody(request) || outcome.code === 'body-slow' ? 'none' : 'moment'
}

function unreadBody(request: Received | Misreceived): boolean {
  const body = bodyOf(request)
  return body !== undefined && (body.length ?? Infinity) > smallBody
}

function bodyOf(request: Received | Misreceived): IncomingBody | undefined {
  return 'body' in request ? request.body : undefined
}

/** Constant texts only: a browser that navigates gets a page, everything else JSON in Gradio's own shape. */
export function renderRefusal(request: Received | Misreceived, refusal: Refusal, page: MessagePage): Answer {
  if (refusal.rpcId !== undefined) return rpcAnswer(refusal.rpcId, refusal)
  const row = refusals[refusal.code]
  const waiting: AnswerHeaders = {
    ...(refusal.retryAfter === undefined ? {} : { 'retry-after': String(refusal.retryAfter) }),
    ...(refusal.stepUp === undefined ? {} : { [stepUpField]: refusal.stepUp }),
    // RFC 9110 section 15.5.6 wants the methods named: those of the one row with this answer.
    ...(row.status === 405 ? { allow: 'POST' } : {}),
    ...(refusal.challenge === undefined ? {} : { [challengeField]: refusal.challenge }),
  }
  if ('path' in request && isNavigation(request)) {
    // Whoever is signed in would be led back here.
    if (row.status === 401 && row.step !== 'prove') return toLogin(request)
    // What is for a window of its own would be an error of the browser's in there.
    const alone = refusal.framers === undefined || !isForFrame(request)
    // Where a new password is chosen; the page says why it is shown.
    if (alone && refusal.code === 'password-expired') return leadTo(accountForNewPassword)
    if (refusal.elsewhere !== undefined) return leadTo(refusal.elsewhere)
    const asked = alone ? parseStepUp(refusal.stepUp) : undefined
    if (asked !== undefined) return toConfirm(request, asked.ticket)
    const language = chooseLanguage(request.headers['accept-language'])
    return answerWith(
      row.status,
      { ...messageHeaders, 'content-security-policy': messagePolicy(refusal), ...waiting },
      page(language, row.status, row.says[language]),
    )
  }
  const own = 'path' in request && request.path.startsWith(paths.base)
  const body = own
    ? { code: row.step === 'serve' ? refusal.code : 'refused', message: row.says.en }
    : row.status === 401
      ? gradioUnauthenticated
      : bodyForGradio(refusal, row.says.en)
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(row.status === 401 ? challenge : {}),
    ...waiting,
  }
  return answerWith(row.status, headers, Buffer.from(JSON.stringify(body)))
}

/**
 * An input that was refused is told as Gradio's own validators tell it: a verdict for each input. Its page shows the message beside
 * the input, read from `detail` of queue/join and from `error` of /run; its Python client fails on a 422 whose `detail` is a text
 * (measured with Chromium and gradio_client 2.7 of Gradio 6.31).
 */
function bodyForGradio({ input, inputAt }: Refusal, says: string): object {
  if (input === undefined) return { detail: says }
  // A page that knows no verdicts would show them as they are.
  if (inputAt === undefined) return { detail: `${says} (${input})`, error: `${says} (${input})` }
  const sound = { __type__: 'validate', is_valid: true, message: '' }
  const flawed = { ...sound, is_valid: false, message: `${says} (${input})`, parameter_name: input }
  const verdicts = [...Array.from({ length: Math.max(0, inputAt) }, () => sound), flawed]
  return { detail: verdicts, error: verdicts }
}

/** Over HTTP it went well: another status would be a broken connection to a client of MCP (2025-06-18, Transports). */
function rpcAnswer(id: string | number, refusal: Refusal): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return answerWith(200, headers, Buffer.from(JSON.stringify(rpcError(id, refusal))))
}

function answerWith(status: number, headers: AnswerHeaders, bytes: Uint8Array): Answer {
  const sized = { ...headers, 'content-length': String(bytes.byteLength) }
  return { kind: 'answer', status, headers: sized, body: { kind: 'bytes', bytes } }
}

function isNavigation(request: Received): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const mode = request.headers['sec-fetch-mode']
  // Plain http on a public address has no fetch metadata; there the Accept field tells a browser's page load.
  return mode === undefined ? (request.headers['accept'] ?? '').startsWith('text/html') : mode === 'navigate'
}

function isForFrame({ headers }: Received): boolean {
  const destination = headers['sec-fetch-dest']
  return destination === 'iframe' || destination === 'frame'
}

/** Browsers keep the fragment on the way (RFC 9110 section 10.2.2). */
function leadTo(location: string): Answer {
  return {
    kind: 'answer',
    status: 303,
    headers: { location, 'cache-control': 'no-store' },
    body: { kind: 'empty' },
  }
}

/** The ticket stands in the fragment, which no server's log has. */
function toConfirm(request: Received, ticket: string): Answer {
  const parameters = new URLSearchParams({ [returnToParameter]: wantedBy(request) })
  return leadTo(`${paths.confirm}?${parameters.toString()}#${ticket}`)
}

function wantedBy({ path, query }: Received): string {
  // The language, which may stand beside it, goes along by itself.
  if (path === paths.account)
    return new URLSearchParams(query).get('reason') === 'expired' ? accountForNewPassword : paths.account
  return safeReturnPath(query === '' ? path : `${path}?${query}`)
}

function toLogin(request: Received): Answer {
  const wanted = wantedBy(request)
  const chosen = new URLSearchParams(request.query).get(languageParameter)
  const parameters = new URLSearchParams()
  if (wanted !== '/') parameters.set(returnToParameter, wanted)
  if (request.path.startsWith(paths.base) && chosen !== null) parameters.set(languageParameter, chosen)
  return leadTo(parameters.size === 0 ? paths.login : `${paths.login}?${parameters.toString()}`)
}
