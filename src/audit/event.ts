/** The audit event: a union by `kind`. What may be written is this and nothing else. */
import type { StepUp } from '../contract/proof.ts'
import type { RefusalCode } from '../refusals.ts'
import type { SessionEnd } from '../store/rows.ts'

/** Who and where; `username`, `address` and `userAgent` are personal fields, kept as salted commitments in the chain. */
export interface Asker {
  readonly principal: 'guest' | 'user' | 'token' | 'nobody' | 'operator'
  /** A user's name, or the name that somebody tried to sign in with. Personal, like the two below. */
  readonly username?: string
  /** The public name of the session, never its token. */
  readonly session?: string
  /** The public name of an API token. */
  readonly token?: string
  readonly address?: string
  readonly userAgent?: string
}

/** Whom it is about. The id stands in the chain; the name is personal, a commitment there and its value beside it. */
export interface UserName {
  readonly id: string
  readonly name: string
}

/** What the operator gave somebody. */
export interface GivenTo {
  readonly roles: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

interface RequestFacts {
  readonly request: string
  readonly asker: Asker
  readonly method: string
  /** The catalogue entry's id, or `unknown`. The path itself is not written: it can hold a session_hash or a file. */
  readonly entry: string
  readonly action: string
  /** The function of the app that was called, or whose event it is, by the name that the policy knows. */
  readonly endpoint?: string
  /**
   * The asker's login or token has a key, which this did not take: anybody could cause it with a copy of the cookie, the token, or a
   * request that was signed. Of what was granted it isn't written, since documents and files go by the cookie alone.
   */
  readonly unproven?: true
}

export type AuditEvent =
  | {
      readonly kind: 'gate.started'
      readonly version: string
      readonly upstream: string
      readonly accepted: readonly string[]
    }
  | { readonly kind: 'gate.stopped' }
  | { readonly kind: 'gate.faulted'; readonly code: string; readonly request?: string }
  | {
      readonly kind: 'certificate.obtained'
      readonly how: 'acme' | 'self-signed' | 'files'
      readonly names: readonly string[]
      readonly issuer: string
      readonly notAfter: number
    }
  | {
      readonly kind: 'certificate.renewal-failed'
      readonly why: string
      /** When it is tried again. */
      readonly again: number
      /** The end of the certificate that is in use, if there is one. */
      readonly until?: number
    }
  /** `version` is a hash of everything that decides. */
  | {
      readonly kind: 'policy.loaded'
      readonly version: string
      readonly roles: number
      readonly policies: number
    }
  | {
      readonly kind: 'policy.rejected'
      readonly why: string
      /** What stays in force. */ readonly version: string
    }
  | { readonly kind: 'app.verified'; readonly gradio: string }
  | { readonly kind: 'app.rejected'; readonly risks: readonly string[] }
  | ({ readonly kind: 'request.granted'; readonly status: number; readonly ms: number } & RequestFacts)
  | ({
      readonly kind: 'request.refused'
      readonly code: RefusalCode
      readonly because: Readonly<Record<string, string | number | boolean>>
    } & RequestFacts)
  | ({
      readonly kind: 'stream.ended'
      readonly why:
        'finished' | 'client-left' | 'session-ended' | 'token-ended' | 'rights-lost' | 'upstream-broke'
    } & RequestFacts)
  /** What an answer of the app did not say: an exception's words under a number, or secrets by their kind. */
  | {
      readonly kind: 'answer.withheld'
      readonly request: string
      readonly asker: Asker
      readonly endpoint?: string
      readonly what: 'error' | 'secret'
      readonly reference?: string
      /** The exception's own words, secrets taken out: personal, since nobody knows what they say. */
      readonly text?: string
      readonly secrets?: readonly string[]
    }
  /** An attempt began: a wrong password never comes back, so the attempt itself is on record. */
  | { readonly kind: 'login.started'; readonly asker: Asker; readonly ceremony: string }
  /** The right password was given at a login host, to whoever gets the code; whether somebody comes in with that shows later. */
  | { readonly kind: 'login.handed-over'; readonly asker: Asker; readonly ceremony: string }
  | { readonly kind: 'login.succeeded'; readonly asker: Asker; readonly ceremony: string }
  | {
      readonly kind: 'login.refused'
      readonly asker: Asker
      readonly ceremony?: string
      readonly why:
        | 'wrong-proof'
        | 'expired'
        | 'reused'
        | 'forged'
        | 'malformed'
        | 'no-password-set'
        | 'key-refused'
        | 'user-unknown'
        | 'user-disabled'
    }
  | { readonly kind: 'login.abandoned'; readonly asker: Asker; readonly ceremony: string }
  | { readonly kind: 'login.paced'; readonly asker: Asker; readonly bucket: string }
  | { readonly kind: 'session.ended'; readonly asker: Asker; readonly why: SessionEnd }
  /** A token was used a while after another one had taken its place. `asker`: whose session, and from where it was used. */
  | { readonly kind: 'session.token-reused'; readonly asker: Asker }
  /** The same from where the session is used: a request that was long on its way, which was refused. */
  | { readonly kind: 'session.token-late'; readonly asker: Asker }
  /** Requests came by turns from two networks, which one browser does not do. */
  | {
      readonly kind: 'session.two-networks'
      readonly asker: Asker
      /** The other one, by its prefix: personal. */
      readonly network: string
    }
  /** The password was given again: for a while, or for one call of this function. */
  | {
      readonly kind: 'session.confirmed'
      readonly asker: Asker
      readonly ceremony: string
      readonly what: StepUp
      readonly endpoint?: string
    }
  /** The cap on failures in a row is reached: from here on only known browsers may try. */
  | { readonly kind: 'login.locked'; readonly asker: Asker; readonly failures: number }
  /** `user` is whose; absent: the shared password. */
  | {
      readonly kind: 'password.changed'
      readonly asker: Asker
      readonly user?: UserName
      readonly sessionsEnded: number
    }
  | { readonly kind: 'password.removed'; readonly asker: Asker; readonly sessionsEnded: number }
  | {
      readonly kind: 'user.added'
      readonly asker: Asker
      readonly user: UserName
      readonly given: GivenTo
    }
  | {
      readonly kind: 'user.enabled' | 'user.unlocked'
      readonly asker: Asker
      readonly user: UserName
    }
  /** Roles and attributes; attributes are personal, and stand beside the chain. */
  | {
      readonly kind: 'user.changed'
      readonly asker: Asker
      readonly user: UserName
      readonly before: GivenTo
      readonly after: GivenTo
    }
  | {
      readonly kind: 'user.disabled' | 'user.removed' | 'user.reset'
      readonly asker: Asker
      readonly user: UserName
      readonly sessionsEnded: number
    }
  | {
      readonly kind: 'invitation.made' | 'invitation.revoked' | 'invitation.used'
      readonly asker: Asker
      readonly user: UserName
      readonly purpose: 'join' | 'reset'
    }
  | {
      readonly kind: 'token.created' | 'token.revoked'
      readonly asker: Asker
      readonly token: string
      readonly name: string
      readonly user?: UserName
      /** Those that it was narrowed to, or its own. */
      readonly roles?: readonly string[]
      /** Of the key that it is bound to. */
      readonly keyid?: string
    }
  /** `object`: the file's path or the link's id, which is personal; absent: all of the owner's. `count`: how many rights ended. */
  | {
      readonly kind: 'ownership.revoked'
      readonly asker: Asker
      readonly what: 'file' | 'deep-link'
      readonly object?: string
      readonly owner?: string
      readonly count: number
    }
  /** `backup` names it: in its manifest, and in the record of its being restored. */
  | {
      readonly kind: 'backup.made'
      readonly asker: Asker
      readonly backup: string
      /** Segments of the audit log that are in it. */
      readonly segments: number
    }
  /**
   * The first thing written on a restored state: which segments the database knows and the backup did not bring. A long
   * list takes several records.
   */
  | {
      readonly kind: 'state.restored'
      readonly asker: Asker
      readonly backup: string
      readonly madeAt: number
      readonly sessionsEnded: number
      /** What each must end with, should it be put back; `removed` were gone when the backup was made. */
      readonly absent: readonly { readonly segment: string; readonly count: number; readonly head: string }[]
      readonly removed: readonly string[]
    }
  /** `copy` is the name of the file as it was before. */
  | { readonly kind: 'state.upgraded'; readonly from: number; readonly to: number; readonly copy: string }
  /** Written by the log itself. */
  | {
      readonly kind: 'audit.opened'
      readonly before: readonly { readonly segment: string; readonly count: number; readonly head: string }[]
    }
  | { readonly kind: 'audit.pruned'; readonly segment: string; readonly count: number }
  | {
      readonly kind: 'audit.summarised'
      /** Whose cookie, token or tries at the own password these were: the name of the session or the token, and of the user. */
      readonly asker?: Omit<Asker, 'address' | 'userAgent'>
      readonly what: 'granted' | 'refused'
      readonly code: string
      readonly prefix: string
      readonly count: number
      readonly from: number
      readonly to: number
    }

export type AuditKind = AuditEvent['kind']
