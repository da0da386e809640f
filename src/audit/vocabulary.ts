/** Our kinds and refusals in OWASP's Logging Vocabulary (Cheat Sheet Series): one exhaustive table each. */
import type { RefusalCode } from '../refusals.ts'
import type { AuditEvent, AuditKind } from './event.ts'

export type Level = 'INFO' | 'WARN' | 'CRITICAL'

export interface Term {
  /** OWASP's word where there is one; `x_…` where the vocabulary has none. */
  readonly event: string
  readonly level: Level
  readonly description: string
}

interface KindTerm extends Term {
  /** Still written when the disk is full: what an operator and whoever signs out need (openAudit, reserve). */
  readonly onReserve: boolean
}

/** What operators do, and must be able to do on a full disk. */
function kind<Event extends string>(event: Event, level: Level, description: string) {
  return { event, level, description, onReserve: true } as const
}

const kinds = {
  'gate.started': { event: 'sys_startup', level: 'WARN', description: 'The gate started.', onReserve: true },
  'gate.stopped': { event: 'sys_shutdown', level: 'WARN', description: 'The gate stopped.', onReserve: true },
  'gate.faulted': {
    event: 'sys_crash',
    level: 'CRITICAL',
    description: 'A part of the gate failed.',
    onReserve: true,
  },
  'certificate.obtained': {
    event: 'x_certificate_obtained',
    level: 'INFO',
    description: 'A new certificate is in use.',
    onReserve: true,
  },
  'certificate.renewal-failed': {
    event: 'x_certificate_renewal_failed',
    level: 'CRITICAL',
    description: 'No new certificate could be obtained.',
    onReserve: true,
  },
  'policy.loaded': kind('x_policy_loaded', 'WARN', 'A policy is in force.'),
  'policy.rejected': kind(
    'x_policy_rejected',
    'CRITICAL',
    'A changed policy was refused; the old one stays.',
  ),
  'app.verified': {
    event: 'x_app_verified',
    level: 'INFO',
    description: 'The app passed the checks made before serving it.',
    onReserve: false,
  },
  'app.rejected': {
    event: 'x_app_rejected',
    level: 'CRITICAL',
    description: 'The app has a property that undoes the gate.',
    onReserve: false,
  },
  'request.granted': {
    event: 'x_authz_success',
    level: 'INFO',
    description: 'A request was let through.',
    onReserve: false,
  },
  // Replaced by the term of its code.
  'request.refused': {
    event: 'authz_fail',
    level: 'CRITICAL',
    description: 'A request was refused.',
    onReserve: false,
  },
  'stream.ended': {
    event: 'x_stream_ended',
    level: 'INFO',
    description: 'A streamed answer ended.',
    onReserve: false,
  },
  'answer.withheld': {
    event: 'x_answer_withheld',
    level: 'WARN',
    description: 'An answer of the app said more than its user should see.',
    onReserve: false,
  },
  'login.started': {
    event: 'x_authn_login_start',
    level: 'INFO',
    description: 'An attempt to sign in began.',
    onReserve: false,
  },
  'login.handed-over': {
    event: 'x_authn_login_handed_over',
    level: 'INFO',
    description: 'The right password was given at the login host; the app has yet to be entered with it.',
    onReserve: false,
  },
  'login.succeeded': {
    event: 'authn_login_success',
    level: 'INFO',
    description: 'Somebody signed in.',
    onReserve: false,
  },
  'password.removed': kind('authn_password_change', 'WARN', 'The shared password was taken away.'),
  'user.added': kind('user_created', 'WARN', 'A user was added.'),
  'user.changed': kind('authz_change', 'WARN', "A user's roles or attributes were changed."),
  'user.disabled': kind('user_updated', 'WARN', 'A user was disabled.'),
  'user.enabled': kind('user_updated', 'WARN', 'A user was enabled again.'),
  'user.removed': kind('user_deleted', 'WARN', 'A user was removed.'),
  'user.reset': kind('user_updated', 'WARN', "A user's password was taken away for a new one."),
  'user.unlocked': kind('authn_login_lock_removed', 'WARN', "A user's failed attempts were forgotten."),
  'invitation.made': kind('authn_invitation_created', 'INFO', 'An invitation was made.'),
  'invitation.revoked': kind('authn_invitation_revoked', 'WARN', 'An invitation was revoked.'),
  'invitation.used': kind('authn_invitation_used', 'INFO', 'A password was set by invitation.'),
  'token.created': kind('authn_token_created', 'WARN', 'An API token was created.'),
  'token.revoked': kind('authn_token_revoked', 'WARN', 'An API token was revoked.'),
  'ownership.revoked': kind('authz_change', 'WARN', 'The right to files or deep links was taken back.'),
  'login.locked': kind('authn_login_lock', 'WARN', 'An account takes no further attempts of strangers.'),
  'login.refused': {
    event: 'authn_login_fail',
    level: 'WARN',
    description: 'An attempt to sign in failed.',
    onReserve: false,
  },
  'login.abandoned': {
    event: 'authn_login_fail',
    level: 'WARN',
    description: 'An attempt to sign in was not finished, as after a wrong password.',
    onReserve: false,
  },
  'login.paced': {
    event: 'authn_login_fail_max',
    level: 'WARN',
    description: 'Too many attempts to sign in.',
    onReserve: false,
  },
  'session.confirmed': {
    event: 'x_authn_reauthentication',
    level: 'INFO',
    description: 'Somebody gave the password again.',
    onReserve: false,
  },
  'session.token-reused': {
    event: 'authn_token_reuse',
    level: 'CRITICAL',
    description: 'A session token was used after another one had taken its place: two hold it.',
    onReserve: false,
  },
  'session.token-late': {
    event: 'x_authn_token_late',
    level: 'WARN',
    description: 'A replaced session token came late, from where its session is used, and was refused.',
    onReserve: false,
  },
  'session.two-networks': {
    event: 'x_session_two_networks',
    level: 'WARN',
    description: 'A session was used from two networks by turns.',
    onReserve: false,
  },
  'session.ended': {
    event: 'session_expired',
    level: 'INFO',
    description: 'A session ended.',
    onReserve: true,
  },
  'password.changed': {
    event: 'authn_password_change',
    level: 'INFO',
    description: 'The password was changed and every session ended.',
    onReserve: true,
  },
  'backup.made': {
    event: 'sensitive_read',
    level: 'WARN',
    description: 'A backup of the state was made.',
    onReserve: true,
  },
  'state.restored': {
    event: 'sensitive_update',
    level: 'WARN',
    description: 'The state was restored from a backup and every session ended.',
    onReserve: true,
  },
  'state.upgraded': {
    event: 'x_state_upgraded',
    level: 'WARN',
    description: 'The database was brought to a newer schema.',
    onReserve: true,
  },
  'audit.opened': {
    event: 'sys_monitor_enabled',
    level: 'INFO',
    description: 'A segment of the audit log was opened.',
    onReserve: true,
  },
  'audit.pruned': {
    event: 'sensitive_delete',
    level: 'WARN',
    description: 'Retention removes a segment of the audit log.',
    onReserve: true,
  },
  'audit.summarised': {
    event: 'x_summary',
    level: 'INFO',
    description: 'Several like events, counted.',
    onReserve: true,
  },
} as const satisfies Record<AuditKind, KindTerm>

const unexpected = { event: 'malicious_extraneous', level: 'CRITICAL' } as const
const invalid = { event: 'input_validation_fail', level: 'WARN' } as const
const tooMuch = { event: 'excess_rate_limit_exceeded', level: 'WARN' } as const
// OWASP sets CRITICAL for authz_fail; without a session it is what every first visit does.
const unsigned = { event: 'authz_fail', level: 'WARN' } as const
const lapsed = { event: 'session_use_after_expire', level: 'WARN' } as const
const unproven = { event: 'authz_fail', level: 'WARN' } as const
const forged = { event: 'malicious_extraneous', level: 'CRITICAL' } as const
const appTrouble = { event: 'x_upstream_fail', level: 'WARN' } as const

const refused = {
  'path-ambiguous': { ...unexpected, description: 'The path could be read in two ways.' },
  'header-ambiguous': { ...unexpected, description: 'The header could be read in two ways.' },
  'message-malformed': { ...invalid, description: 'The message was not HTTP.' },
  'method-unknown': { ...invalid, description: 'The method is unknown.' },
  'upgrade-refused': { ...invalid, description: 'A change of protocol was asked for.' },
  'host-unknown': { ...invalid, description: 'The host name is not served here.' },
  'peer-unexpected': { ...unexpected, description: 'Somebody came past the proxy.' },
  'connection-dropped': { ...tooMuch, description: 'A connection was dropped: there were too many.' },
  'https-required': { ...invalid, description: 'Something came to the port that only leads to HTTPS.' },
  'request-slow': { ...invalid, description: 'The request came too slowly.' },
  'header-large': { ...invalid, description: 'The header was too large.' },
  'credential-ambiguous': { ...unexpected, description: 'Two credentials came in one request.' },
  'credential-misplaced': { ...unexpected, description: 'A credential stood in an address or a cookie.' },
  'token-invalid': {
    event: 'authn_token_fail',
    level: 'WARN',
    description: 'An API token was unknown, expired, revoked, or of a disabled user.',
  },
  'password-expired': { ...lapsed, description: 'The password was older than the rules allow.' },
  'invitation-invalid': {
    event: 'authn_login_fail',
    level: 'WARN',
    description: 'An invitation was unknown, used, revoked or over.',
  },
  'registration-insecure': {
    event: 'authn_login_fail',
    level: 'WARN',
    description: 'A password was to be set over plain HTTP.',
  },
  'ticket-invalid': {
    ...invalid,
    description: 'The gate never asked for what the password was to be given for.',
  },
  'ticket-over': {
    ...invalid,
    description: 'What the password was to be given for was over, or of another session.',
  },
  'login-required': { ...unsigned, description: 'Nobody was signed in.' },
  'session-expired': { ...lapsed, description: 'The session was past its limits.' },
  'session-ended': { ...lapsed, description: 'The session had been ended.' },
  'route-unknown': { ...unsigned, description: 'The path is not in the catalogue.' },
  'route-closed': {
    event: 'malicious_direct_reference',
    level: 'CRITICAL',
    description: 'The route is refused for everybody.',
  },
  'host-misplaced': { ...invalid, description: 'That is served under another name of the gate.' },
  'method-not-allowed': { ...invalid, description: 'The route does not take this method.' },
  'policy-denied': { event: 'authz_fail', level: 'CRITICAL', description: 'The policy does not allow it.' },
  'step-up-required': {
    event: 'x_authz_step_up',
    level: 'INFO',
    description: 'The policy asks for the password once more.',
  },
  'origin-foreign': {
    event: 'malicious_cors',
    level: 'CRITICAL',
    description: 'A page of another origin asked.',
  },
  // Whoever worked with an old page, or lost the key, or whose browser sent a request again by itself, ends here too: only what nobody
  // does by accident is critical.
  'proof-missing': { ...unproven, description: 'The request was not signed by the key of the login.' },
  'proof-malformed': { ...unproven, description: 'The signature was not written as the profile says.' },
  'proof-key': { ...unproven, description: 'The request was signed by the key of another login.' },
  'proof-stale': { ...unproven, description: 'The signature answered a challenge that is over.' },
  'proof-time': { ...unproven, description: 'The signature was made at another time.' },
  'proof-signature': {
    ...forged,
    description: 'The signature was of another method, path or body, or of no key that is known.',
  },
  'proof-replayed': { ...unproven, description: 'A signed request came for the second time.' },
  'proof-outrun': { ...unproven, description: 'A signed request came long after those that followed it.' },
  'proof-body': { ...forged, description: 'The body was not the one that was signed.' },
  'body-invalid': { ...invalid, description: 'The body was not what the route takes.' },
  'body-type-wrong': { ...invalid, description: 'The media type was not what the route takes.' },
  'body-large': { ...invalid, description: 'The body was too large.' },
  'body-slow': { ...invalid, description: 'The body came too slowly.' },
  'quota-spent': { ...tooMuch, description: 'More was uploaded than one principal may on one day.' },
  'file-refused': {
    ...invalid,
    description: 'A file was of a kind that is not allowed, or stood in a call instead of being uploaded.',
  },
  'object-unknown': {
    event: 'authz_fail',
    level: 'CRITICAL',
    description: "What was named does not exist, or is somebody else's.",
  },
  'endpoint-unknown': { ...invalid, description: 'The app has no such function.' },
  'rpc-invalid': { ...invalid, description: 'A message of MCP was not one that the gate understands.' },
  'rpc-stream-absent': { ...invalid, description: 'A stream of MCP was asked for that there is none of.' },
  'rpc-method-unknown': {
    ...invalid,
    description: 'A message of MCP asked for what the gate does not pass on.',
  },
  'endpoint-paced': { ...tooMuch, description: 'More calls of this function than its limit allows.' },
  'input-invalid': { ...invalid, description: 'An input was not what the endpoint or the operator allows.' },
  'upstream-down': { ...appTrouble, description: 'The app did not answer.' },
  'upstream-broken': { ...appTrouble, description: 'The app answered with something that is not HTTP.' },
  'upstream-unverified': { ...appTrouble, description: 'The app has not passed the checks.' },
  'login-failed': { event: 'authn_login_fail', level: 'WARN', description: 'An attempt to sign in failed.' },
  'login-paced': { ...tooMuch, description: 'Too many attempts to sign in.' },
  'login-busy': { ...tooMuch, description: 'Too many attempts to sign in at once.' },
  'internal-fault': { event: 'sys_crash', level: 'CRITICAL', description: 'A part of the gate failed.' },
  'audit-unwritable': {
    event: 'sys_monitor_disabled',
    level: 'CRITICAL',
    description: 'The audit log could not be written.',
  },
} as const satisfies Record<RefusalCode, Term>

export function termOf(event: AuditEvent): Term {
  return event.kind === 'request.refused' ? refused[event.code] : kinds[event.kind]
}

export function isWrittenOnReserve(kind: AuditKind): boolean {
  return kinds[kind].onReserve
}
