/** What a resolver is given, and what it makes of it. */
import type { AppModel, Component, Endpoint } from '../app/model.ts'
import type { AppFile } from '../app/read-file.ts'
import type { SharedState } from '../mcp/shared-state.ts'
import type { Owner } from '../ownership/owner.ts'
import type { Ownership, SessionNames } from '../ownership/ownership.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { OutgoingParts, Read, Target } from '../request.ts'

export interface ResolveParts {
  readonly app: {
    /** Where the app is mounted: empty, or a path without a slash at its end. */
    readonly base: string
    /** Undefined before the first look. */
    readonly model: AppModel | undefined
    /** What `gr.render` made, by session as the app knows it. */
    readonly rendered: {
      endpoint(session: string, id: number, model: AppModel): Endpoint | undefined
      component(session: string, id: number, model: AppModel): Component | undefined
    }
    settled(): Promise<void>
    /** Looks whether the app has changed; a few times a second at most. */
    refresh(): Promise<void>
  }
  readonly ownership: Pick<
    Ownership,
    | 'nameSession'
    | 'nameMediaSession'
    | 'makeSession'
    | 'findEvent'
    | 'claimUpload'
    | 'ownsDeepLink'
    | 'judgeFiles'
  >
  /** The roles of those that own a file. */
  readonly rolesOf: (owners: readonly Owner[]) => Promise<readonly string[]>
  /** Addresses elsewhere that may stand for a file in a call; none by default. */
  readonly allowsLink?: (link: URL) => boolean
  readonly mcp: {
    /** Callers of a batch function may be mixed: the function asks nobody's name. */
    readonly mixedBatch: boolean
    /** Whether calls of this endpoint that are under way are counted. */
    readonly countsCalls: (endpoint: string) => boolean
    readonly sharedState: SharedState
    /** A file of the app, whoever owns it. */
    readonly readFile: (path: string) => Promise<AppFile | 'absent' | 'large'>
  }
}

/** A request by somebody who can own things. */
export interface Asked {
  readonly request: Read
  readonly owner: Owner
  readonly model: AppModel
  readonly parts: ResolveParts
}

export interface Found {
  readonly target: Omit<Target, 'owner'>
  /** What goes on in the place of what came. */
  readonly outgoing?: Partial<OutgoingParts>
}

export type Resolver = (asked: Asked) => Found | Refusal | Promise<Found | Refusal>

/** The app as a whole: nothing in it is named. */
export const wholeApp: Found['target'] = { resource: { kind: 'app' }, files: [] }

/** Somebody else's, malformed, or never seen: one answer; only the log knows which. */
export function unknownObject(object: string, foreign = false): Refusal {
  return refuse('object-unknown', { object, foreign })
}

/** Of a thing that is there; see Target.misfit. Nothing of what came goes on. */
export function misfit(target: Omit<Found['target'], 'files' | 'misfit'>, why: Refusal): Found {
  return { target: { ...target, files: [], misfit: why }, outgoing: { content: { kind: 'none' } } }
}

export function nameSession(
  { owner, parts }: Asked,
  given: string | null | undefined,
): SessionNames | undefined {
  return given === undefined || given === null ? undefined : parts.ownership.nameSession(owner, given)
}
