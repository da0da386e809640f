/** An event made ready for the file: everything serialised but its number and its MAC. */
import type { Commitments, Opening } from './commitment.ts'
import type { Asker, AuditEvent } from './event.ts'
import { harmless, redact, type Field } from './redact.ts'
import { holdsApiToken } from '../tokens/token.ts'
import { isWrittenOnReserve, termOf } from './vocabulary.ts'

export interface Draft {
  /** JSON of the record after `{"n":<number>,`, up to and with its closing brace. */
  readonly rest: string
  /** JSON of the personal values, or empty. */
  readonly personal: string
  readonly onReserve: boolean
}

/** Personal fields under OWASP's names; all longer than any honest value. */
const personalFields = {
  username: ['username', 64],
  address: ['source_ip', 64],
  userAgent: ['useragent', 256],
} as const

export function makeDraft(event: AuditEvent, at: number, commitments: Commitments): Draft {
  const term = termOf(event)
  const { parameters, asker, user, personal: more = {}, fields } = redact(event)
  const personal: Record<string, Opening> = {}
  const subject = [asker?.principal ?? 'sekisho', ...parameters].join(',')
  const record = {
    datetime: timestamp(at),
    appid: 'sekisho',
    event: `${term.event}:${subject}`,
    level: term.level,
    description: term.description,
    ...(asker === undefined ? {} : askerFields(asker, commitments, personal)),
    kind: event.kind,
    ...fields,
    ...(user === undefined
      ? {}
      : { user_name: commit('user_name', harmless(user, 64), commitments, personal) }),
    ...Object.fromEntries(
      Object.entries(more).map(([field, value]) => [field, commit(field, value, commitments, personal)]),
    ),
  }
  return {
    rest: JSON.stringify(record).slice(1),
    personal: Object.keys(personal).length === 0 ? '' : JSON.stringify(personal),
    onReserve: isWrittenOnReserve(event.kind),
  }
}

function askerFields(asker: Asker, commitments: Commitments, personal: Record<string, Opening>) {
  const fields: Record<string, Field> = {}
  for (const from of ['username', 'address', 'userAgent'] as const) {
    const value = asker[from]
    if (value === undefined) continue
    const [field, length] = personalFields[from]
    // Programs say of themselves what they like, and people paste into the wrong field.
    const shown = holdsApiToken(value) ? '[withheld]' : harmless(value, length)
    fields[field] = commit(field, shown, commitments, personal)
  }
  fields['principal'] = asker.principal
  if (asker.session !== undefined) fields['session'] = harmless(asker.session, 80)
  if (asker.token !== undefined) fields['token'] = harmless(asker.token, 80)
  return fields
}

function commit(
  field: string,
  value: string,
  commitments: Commitments,
  personal: Record<string, Opening>,
): string {
  const { commitment, opening } = commitments.commit(value)
  personal[field] = opening
  return commitment
}

let lastAt = Number.NaN
let lastText = ''

/** ISO 8601 in UTC; many records fall into one millisecond. */
function timestamp(at: number): string {
  if (at !== lastAt) {
    lastText = new Date(at).toISOString()
    lastAt = at
  }
  return lastText
}
