/** What may be written, field by field: an event's known fields and nothing else, cut and made harmless. */
import type { Asker, AuditEvent, GivenTo, UserName } from './event.ts'

type Plain = string | number | boolean
export type Field = Plain | readonly Field[] | { readonly [name: string]: Field }

export interface Redacted {
  /** What follows the colon of OWASP's event, after the user. */
  readonly parameters: readonly string[]
  readonly asker?: Asker
  /** The name of the user whom it is about: personal. */
  readonly user?: string
  /** What else is personal, by the field that its commitment stands in. */
  readonly personal?: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, Field>>
}

// C0 and C1 controls, line separators and bidirectional overrides: JSON escapes only the first of these, and the
// rest still act on a terminal or a viewer (OWASP ASVS 5.0 16.4.1).
const acting = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Printable ASCII, in which there is nothing to mend. */
const plain = /^[\x20-\x7e]*$/

/** At most `length` UTF-16 units, well-formed, nothing in it that acts on whatever shows it. */
export function harmless(text: string, length: number): string {
  if (text.length <= length && plain.test(text)) return text
  const cut = text.length > length ? `${text.slice(0, length - 1)}…` : text
  return cut.toWellFormed().replace(acting, '\ufffd')
}

const name = (text: string) => harmless(text, 80)
const number = (value: number) => (Number.isFinite(value) ? value : -1)

export function redact(event: AuditEvent): Redacted {
  switch (event.kind) {
    case 'gate.started':
      return of([], {
        version: name(event.version),
        upstream: originOf(event.upstream),
        accepted: event.accepted.slice(0, 16).map(name),
      })
    case 'gate.stopped':
      return of([], {})
    case 'gate.faulted':
      return of([name(event.code)], {
        code: name(event.code),
        ...(event.request === undefined ? {} : { request: name(event.request) }),
      })
    case 'certificate.obtained':
      return of([event.how], {
        how: event.how,
        names: event.names.slice(0, 32).map(name),
        issuer: name(event.issuer),
        notAfter: dateOf(event.notAfter),
      })
    case 'certificate.renewal-failed':
      return of([], {
        why: harmless(event.why, 300),
        again: dateOf(event.again),
        ...(event.until === undefined ? {} : { until: dateOf(event.until) }),
      })
    case 'policy.loaded':
      return of([name(event.version)], {
        version: name(event.version),
        roles: number(event.roles),
        policies: number(event.policies),
      })
    case 'policy.rejected':
      return of([], { why: harmless(event.why, 300), version: name(event.version) })
    case 'app.verified':
      return of([], { gradio: name(event.gradio) })
    case 'app.rejected':
      return of([], { risks: event.risks.slice(0, 16).map(name) })
    case 'request.granted':
      return by(event.asker, [name(event.action)], {
        ...requestFields(event),
        status: number(event.status),
        ms: Math.round(number(event.ms) * 10) / 10,
      })
    case 'request.refused':
      return by(event.asker, [name(event.action)], {
        ...requestFields(event),
        code: event.code,
        because: reasons(event.because),
        ...(event.unproven === true ? { unproven: true } : {}),
      })
    case 'stream.ended':
      return by(event.asker, [event.why], { ...requestFields(event), why: event.why })
    case 'answer.withheld': {
      const written = by(event.asker, [event.what, event.reference ?? ''], {
        request: name(event.request),
        what: event.what,
        ...(event.endpoint === undefined ? {} : { endpoint: name(event.endpoint) }),
        ...(event.reference === undefined ? {} : { reference: name(event.reference) }),
        ...(event.secrets === undefined ? {} : { secrets: event.secrets.slice(0, 16).map(name) }),
      })
      // An exception may say anything about whoever ran into it.
      return event.text === undefined
        ? written
        : { ...written, personal: { text: harmless(event.text, 500) } }
    }
    case 'login.started':
    case 'login.handed-over':
    case 'login.succeeded':
    case 'login.abandoned':
      return by(event.asker, [], { ceremony: name(event.ceremony) })
    case 'login.refused':
      return by(event.asker, [event.why], {
        ...(event.ceremony === undefined ? {} : { ceremony: name(event.ceremony) }),
        why: event.why,
      })
    case 'login.paced':
      // The key of a pace can end in an address, which is personal; which pace it was stands before the colon.
      return by(event.asker, [], { bucket: name(event.bucket.split(':', 1)[0] ?? '') })
    case 'session.confirmed':
      return by(event.asker, [event.what], {
        ceremony: name(event.ceremony),
        what: event.what,
        ...(event.endpoint === undefined ? {} : { endpoint: name(event.endpoint) }),
      })
    case 'session.token-reused':
    case 'session.token-late':
      return by(event.asker, [], {})
    case 'session.two-networks':
      return { ...by(event.asker, [], {}), personal: { network: name(event.network) } }
    case 'session.ended':
      return by(event.asker, [event.why], { why: event.why })
    case 'login.locked':
      return by(event.asker, [], { failures: number(event.failures) })
    case 'password.removed':
      return by(event.asker, [], { sessionsEnded: number(event.sessionsEnded) })
    case 'password.changed':
      return about(event, [], { sessionsEnded: number(event.sessionsEnded) })
    case 'user.added': {
      const { roles, attributes } = event.given
      const written = about(event, [], { roles: roleNames(roles) })
      return { ...written, personal: attributesIn({ attributes }) }
    }
    case 'user.changed': {
      const { before, after } = event
      const [from, to] = [roleNames(before.roles), roleNames(after.roles)]
      const written = about(event, [name(from.join('+')), name(to.join('+'))], {
        roles_before: from,
        roles: to,
      })
      return {
        ...written,
        personal: attributesIn({ attributes_before: before.attributes, attributes: after.attributes }),
      }
    }
    case 'user.enabled':
    case 'user.unlocked':
      return about(event, [], {})
    case 'user.disabled':
    case 'user.removed':
    case 'user.reset':
      return about(event, [], { sessionsEnded: number(event.sessionsEnded) })
    case 'invitation.made':
    case 'invitation.revoked':
    case 'invitation.used':
      return about(event, [event.purpose], { purpose: event.purpose })
    case 'token.created':
    case 'token.revoked':
      return about(event, [name(event.token)], {
        token: name(event.token),
        name: name(event.name),
        ...(event.roles === undefined ? {} : { roles: roleNames(event.roles) }),
        ...(event.keyid === undefined ? {} : { keyid: name(event.keyid) }),
      })
    case 'ownership.revoked': {
      const { asker, what, object, owner } = event
      const written = by(asker, [what, ...(owner === undefined ? [] : [name(owner)])], {
        what,
        count: number(event.count),
        ...(owner === undefined ? {} : { owner: name(owner) }),
      })
      return object === undefined ? written : { ...written, personal: { object: harmless(object, 1000) } }
    }
    case 'backup.made':
      return by(event.asker, [name(event.backup)], {
        backup: name(event.backup),
        segments: number(event.segments),
      })
    case 'state.restored':
      return by(event.asker, [name(event.backup)], {
        backup: name(event.backup),
        madeAt: number(event.madeAt),
        sessionsEnded: number(event.sessionsEnded),
        absent: event.absent.map(head),
        removed: event.removed.map(name),
      })
    case 'state.upgraded':
      return of([String(number(event.to))], {
        from: number(event.from),
        to: number(event.to),
        copy: name(event.copy),
      })
    case 'audit.opened':
      return of(['audit'], {
        before: event.before.map(head),
      })
    case 'audit.pruned':
      return of([name(event.segment)], { segment: name(event.segment), count: number(event.count) })
    case 'audit.summarised':
      return byOrOf(event.asker, [event.what, name(event.code)], {
        what: event.what,
        code: name(event.code),
        prefix: name(event.prefix),
        count: number(event.count),
        from: number(event.from),
        to: number(event.to),
      })
    default:
      return event satisfies never
  }
}

function roleNames(roles: GivenTo['roles']): readonly string[] {
  return roles.slice(0, 64).map(name)
}

/** Nothing where there is none: an empty one tells nothing of anybody. */
function attributesIn(given: Readonly<Record<string, GivenTo['attributes']>>): Record<string, string> {
  const texts = Object.entries(given).map(
    ([field, attributes]) => [field, harmless(JSON.stringify(attributes), 1000)] as const,
  )
  return Object.fromEntries(texts.filter(([, text]) => text !== '{}'))
}

/** What a segment holds, as another one says. */
function head(of: { readonly segment: string; readonly count: number; readonly head: string }): Field {
  return { segment: name(of.segment), count: number(of.count), head: name(of.head) }
}

function of(parameters: readonly string[], fields: Redacted['fields']): Redacted {
  return { parameters, fields }
}

function about(
  event: { readonly asker: Asker; readonly user?: UserName },
  parameters: readonly string[],
  fields: Redacted['fields'],
): Redacted {
  if (event.user === undefined) return by(event.asker, parameters, fields)
  const { id, name: username } = event.user
  return {
    asker: event.asker,
    user: username,
    parameters: [name(id), ...parameters],
    fields: { user: name(id), ...fields },
  }
}

function by(asker: Asker, parameters: readonly string[], fields: Redacted['fields']): Redacted {
  return { asker, parameters, fields }
}

function byOrOf(asker: Asker | undefined, ...rest: Parameters<typeof of>): Redacted {
  return asker === undefined ? of(...rest) : by(asker, ...rest)
}

type RequestEvent = Extract<AuditEvent, { kind: 'request.granted' | 'request.refused' | 'stream.ended' }>

function requestFields(event: RequestEvent) {
  return {
    request_method: harmless(event.method, 16),
    request: name(event.request),
    entry: name(event.entry),
    action: name(event.action),
    ...(event.endpoint === undefined ? {} : { endpoint: name(event.endpoint) }),
  }
}

// Where a secret, a session_hash or a file would stand if somebody wrote one by mistake.
const telling = /pass|secret|token|cookie|credential|authorization|hash|path|url|uri|query|body|file/i
// 128 bits and more in base64url or hex. Refusals speak in words and numbers, so nothing is lost.
const random = /[A-Za-z0-9_-]{22,}/g

/** At most eight facts of a refusal, short, and no values that could be used. */
function reasons(because: Readonly<Record<string, Plain>>): Record<string, Field> {
  const kept: Record<string, Field> = {}
  for (const [key, value] of Object.entries(because).slice(0, 8)) kept[name(key)] = reason(key, value)
  return kept
}

function reason(key: string, value: Plain): Plain {
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return value
  return telling.test(key) ? '[withheld]' : harmless(value, 120).replace(random, '[withheld]')
}

function dateOf(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : 'unknown'
}

/** Scheme, host and port: a URL can hold a password, and a path a name. */
function originOf(upstream: string): string {
  return URL.canParse(upstream) ? name(new URL(upstream).origin) : 'unknown'
}
