/** One row of the catalogue: what a request with this method and path does, and what it may carry. */
import type { Action } from './actions.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS'

/** What a body may be. Sizes in bytes; a body that streams is measured while it passes, never held. */
export type BodyRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly max: number }
  | { readonly kind: 'form'; readonly max: number }
  /** An upload: `max` comes from the configuration. */
  | { readonly kind: 'upload' }

/** Where a request names one of Gradio's objects, so that later steps find it without knowing the route. */
export interface Naming {
  readonly object:
    'endpoint' | 'session' | 'event' | 'file' | 'upload' | 'component' | 'page' | 'deepLink' | 'tool'
  readonly in: 'path' | 'query' | 'body'
  readonly name: string
}

/** Which header and cache rules the answer gets. */
export type AnswerKind = 'document' | 'data' | 'file' | 'asset' | 'events' | 'media'

export interface RouteEntry {
  /** Unique, `area.name`; stands in the audit log. */
  readonly id: string
  readonly methods: readonly Method[]
  /**
   * Template of the canonical path: `{name}` is one segment, `{name...}` the rest including slashes. A trailing
   * `[/]` means that Gradio declares the twin with a slash too.
   */
  readonly path: string
  readonly action: Action
  readonly names: readonly Naming[]
  readonly body: BodyRule
  readonly answer: AnswerKind
  /** Held open: the session's end cuts it, and its end is recorded too. */
  readonly stream: boolean
  /** A person did something; a heartbeat or a poll is not activity (NIST SP 800-63B-4 section 5.2). */
  readonly activity: boolean
  /** `required`: somebody who is signed in signs it. `observed`: a signature that is there must be right, and none is as good. */
  readonly proof: 'required' | 'observed'
  /** May be sent again when the app closed the connection before answering. */
  readonly repeatable: boolean
  /** `nowhere`: known, and refused for everybody. */
  readonly goesTo: 'upstream' | 'serve' | 'nowhere'
  /** The source that the row was read from. */
  readonly readFrom: string
}
