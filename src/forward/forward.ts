/** Validated → the app's answer: one request to one app, exactly as it was judged. */
import type { Dispatcher } from 'undici'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import type { SessionRow } from '../store/rows.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { makeAnswerHeaders } from './answer-headers.ts'
import { makeInjector } from './inject.ts'
import { Relay, type Head } from './relay.ts'
import { makeRequestHeaders } from './request-headers.ts'
import { codeOf, isAbsent, isClosedEarly } from './upstream.ts'

export interface ForwardParts {
  readonly upstream: Pick<Dispatcher, 'dispatch'>
  readonly app: {
    /** `verified`: inspected since it last started, and found fit to stand behind a gate. */
    readonly state: 'verified' | 'rejected' | 'away'
    /** The app stopped answering: look again before anything else is sent. */
    readonly suspect: () => void
  }
  readonly sessions: {
    /** Calls once when the session ends; answers how to stop waiting. */
    readonly watch: (session: SessionRow, onEnd: () => void) => () => void
  }
  readonly forwardHeaders: readonly string[]
  /** The element that the gate adds to pages, by the page's language. */
  readonly pageElement: (request: Validated) => string
}

export async function forward(request: Validated, parts: ForwardParts): Promise<Answer | Refusal> {
  if (parts.app.state === 'away') return refuse('upstream-down', { reason: 'away' }, 2)
  if (parts.app.state === 'rejected') return refuse('upstream-unverified', {}, 2)
  let gone = false
  let relay = new Relay()
  request.onGone(() => {
    gone = true
    relay.cut('client-left')
  })
  for (let attempt = 1; ; attempt++) {
    dispatch(request, relay, parts)
    try {
      return answerWith(request, await relay.head, relay, parts)
    } catch (error) {
      const again = attempt === 1 && request.entry.repeatable && isClosedEarly(error) && !gone
      if (!again) return explainFailure(error, parts)
      relay = new Relay()
    }
  }
}

function dispatch(request: Validated, relay: Relay, parts: ForwardParts): void {
  const { checked } = request
  parts.upstream.dispatch(
    {
      method: request.method,
      path: request.query === '' ? request.path : `${request.path}?${request.query}`,
      headers: makeRequestHeaders(request, parts.forwardHeaders),
      body: bodyOf(checked),
    },
    relay,
  )
}

function bodyOf(checked: Validated['checked']) {
  switch (checked.kind) {
    case 'metered':
      return checked.open()
    case 'whole':
      return checked.bytes
    case 'none':
    case 'parsed':
      return null
  }
}

function answerWith(request: Validated, head: Head, relay: Relay, parts: ForwardParts): Answer | Refusal {
  const headers = makeAnswerHeaders(request, head.status, head.headers)
  if (headers === undefined) {
    relay.cut('upstream-broke')
    return refuse('upstream-broken', { reason: 'redirect' })
  }
  if (isPage(request, head)) {
    relay.injector = makeInjector(parts.pageElement(request))
    delete headers['content-length']
    delete headers['etag']
  }
  watchSession(request, relay, parts)
  return { kind: 'answer', status: head.status, headers, body: { kind: 'stream', source: relay } }
}

function isPage(request: Validated, head: Head): boolean {
  const type = head.headers['content-type']
  return request.entry.answer === 'document' && typeof type === 'string' && type.startsWith('text/html')
}

function watchSession(request: Validated, relay: Relay, parts: ForwardParts): void {
  const { principal, entry } = request
  if (principal.kind === 'nobody') return
  if (!entry.stream && entry.answer !== 'file' && entry.answer !== 'media') return
  const stop = parts.sessions.watch(principal.session, () => relay.cut('session-ended'))
  void relay.ended.then(stop)
}

function explainFailure(error: unknown, parts: ForwardParts): Refusal {
  if (error instanceof BodyTrouble) return refuse(error.code)
  parts.app.suspect()
  if (isAbsent(error)) return refuse('upstream-down', { error: codeOf(error) }, 2)
  return refuse('upstream-broken', { error: codeOf(error) }, 2)
}
