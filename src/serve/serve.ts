/** Validated → the gate's own answer: a handler for each of its routes, checked complete by the compiler. */
import type { OwnRoute } from '../catalog/gate/own.ts'
import type { LoginAsker } from '../login/asker.ts'
import type { HandedOver, LoginUnderWay, SignedIn } from '../login/ceremony.ts'
import type { LoginHost } from '../login/login-host.ts'
import type { WaysIn } from '../login/open-login.ts'
import type { PasswordChange } from '../login/password-change.ts'
import type { Registration } from '../login/registration.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Validated } from '../request.ts'
import type { Site } from '../sessions/cookie.ts'
import type { Confirmation } from '../login/confirmation.ts'
import type { SessionRow } from '../store/rows.ts'
import { proveCurrentPassword, setNewPassword, showAccount } from './account.ts'
import { showPasswordRules, startPasswordChange } from './account.ts'
import { answerEmpty, answerFile, answerJson } from './answers.ts'
import { finishConfirmation, lookAtTicket, showConfirm, startConfirmation } from './confirm.ts'
import { finishConfirmationAway, lookAtTicketAway, startConfirmationAway } from './confirm.ts'
import { showConfirmAway, vouchForTicket } from './confirm.ts'
import { enter, showEnter, tellWhereToEnter } from './enter.ts'
import { showAssertionKeys } from './jwks.ts'
import { finishJoin, lookAtInvitation, showJoin, startJoin } from './join.ts'
import { finishLogin, logOut, showLogin, showSession, startLogin } from './login.ts'
import type { WebFiles } from './web-files.ts'

export interface ServeParts {
  readonly web: Pick<WebFiles, 'assets' | 'pages' | 'assetFile'>
  readonly login: {
    readonly start: (body: unknown, asker: LoginAsker) => Promise<LoginUnderWay | Refusal>
    readonly finish: (body: unknown, asker: LoginAsker) => Promise<SignedIn | HandedOver | Refusal>
    readonly enter: (body: unknown, asker: LoginAsker) => Promise<SignedIn | Refusal>
    readonly end: (session: SessionRow) => Promise<unknown>
    /** Set-Cookie values that remove the session's cookie. */
    readonly clearCookies: (site: Site) => readonly string[]
    readonly limitsOf: (session: SessionRow) => { readonly idleEndsAt: number; readonly endsAt: number }
    readonly waysIn: () => Promise<WaysIn>
  }
  readonly registration: Pick<Registration, 'look' | 'start' | 'finish'>
  readonly passwordChange: Pick<PasswordChange, 'rules' | 'start' | 'prove' | 'set'>
  readonly confirmation: Pick<Confirmation, 'look' | 'start' | 'finish' | 'findSession' | 'vouch'>
  /** Absent: the login stands beside the app. */
  readonly loginHost?: LoginHost
  readonly clock: { now(): number }
  readonly assertions: { readonly jwks: (now: number) => Promise<unknown> }
  readonly app: { readonly base: string }
}

type Handler = (request: Validated, parts: ServeParts) => Promise<Answer | Refusal> | Answer | Refusal

const handlers: Readonly<Record<OwnRoute, Handler>> = {
  'gate.login.page': showLogin,
  'gate.login.start': startLogin,
  'gate.login.finish': finishLogin,
  'gate.logout': logOut,
  // The path adds the challenge, as to every answer that brings one (prove/with-challenge.ts).
  'gate.challenge': () => answerEmpty(204),
  'gate.session': showSession,
  // Noted on the way here (prove/note-use.ts).
  'gate.session.use': () => answerEmpty(204),
  'gate.join.page': showJoin,
  'gate.join.look': lookAtInvitation,
  'gate.join.start': startJoin,
  'gate.join.finish': finishJoin,
  'gate.account.page': showAccount,
  'gate.password.rules': showPasswordRules,
  'gate.password.start': startPasswordChange,
  'gate.password.prove': proveCurrentPassword,
  'gate.password.set': setNewPassword,
  'gate.confirm.page': showConfirm,
  'gate.confirm.look': lookAtTicket,
  'gate.confirm.start': startConfirmation,
  'gate.confirm.finish': finishConfirmation,
  'gate.enter.page': showEnter,
  'gate.enter.where': tellWhereToEnter,
  'gate.enter.finish': enter,
  'gate.enter.vouch': vouchForTicket,
  'gate.away.page': showConfirmAway,
  'gate.away.look': lookAtTicketAway,
  'gate.away.start': startConfirmationAway,
  'gate.away.finish': finishConfirmationAway,
  'gate.asset': showAsset,
  'gate.base': (_request, { app }) => answerEmpty(303, { location: `${app.base}/` }),
  'gate.health': () => answerJson(200, { status: 'ok' }),
  'gate.jwks': showAssertionKeys,
}

export async function serve(request: Validated, parts: ServeParts): Promise<Answer | Refusal> {
  const handler = Object.hasOwn(handlers, request.entry.id)
    ? handlers[request.entry.id as OwnRoute]
    : undefined
  return handler === undefined ? refuse('internal-fault', { missing: 'handler' }) : handler(request, parts)
}

/** Names carry a hash of the content, so what was loaded once stays good. */
function showAsset(request: Validated, parts: ServeParts): Answer | Refusal {
  const name = request.parameters['file'] ?? ''
  const file = parts.web.assets.get(name)
  if (file === undefined) return refuse('route-unknown', { asset: true })
  return answerFile(request, file, {
    'cache-control': 'public, max-age=31536000, immutable',
    // A worker has the policy of its own response; OPAQUE's is WebAssembly, and nothing else of ours is.
    'content-security-policy':
      name === parts.web.assetFile('opaque-worker.js')
        ? "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
        : "default-src 'none'",
  })
}
