/** What proved itself was used: a session lives on by that, and of a token the operator is told when it last was. */
import { isUnproven, type Proven } from '../request.ts'
import type { SessionFacts } from '../sessions/sessions.ts'
import type { ApiTokenRow, SessionRow } from '../store/rows.ts'

export interface NoteUseParts {
  readonly sessions: {
    /** A person did something in this session. */
    readonly mark: (session: SessionRow) => void
    /** It was used from there, by whoever has its key. */
    readonly markUsed: (session: SessionRow, from: SessionFacts) => void
  }
  readonly tokens: {
    readonly mark: (token: ApiTokenRow) => void
  }
}

/** Where there is a key only signed requests count: a mere copy of a cookie or a token keeps nothing alive, and makes nothing look so. */
export function noteUse(request: Proven, { sessions, tokens }: NoteUseParts): void {
  if (isUnproven(request)) return
  const { principal, entry, client, headers } = request
  switch (principal.kind) {
    case 'guest':
    case 'user':
      sessions.markUsed(principal.session, { address: client, userAgent: headers['user-agent'] ?? '' })
      if (entry.activity) sessions.mark(principal.session)
      return
    case 'token':
      tokens.mark(principal.token)
      return
    case 'nobody':
      return
  }
}
