/** Every route that the gate knows. Add yours to its table; a request that matches none is refused. */
import type { RouteEntry } from './entry.ts'
import { own } from './gate/own.ts'
import { assets } from './gradio/assets.ts'
import { calls } from './gradio/calls.ts'
import { closedRoutes } from './gradio/closed.ts'
import { files } from './gradio/files.ts'
import { asOfFour, type fourOnly } from './gradio/four.ts'
import { mcp } from './gradio/mcp.ts'
import { type declaredPage, pages } from './gradio/pages.ts'
import type { UpstreamEntry } from './gradio/route.ts'

export const catalogue: readonly RouteEntry[] = [
  ...own,
  ...pages,
  ...calls,
  ...files,
  ...assets,
  ...mcp,
  ...closedRoutes,
]

/** The same for an app that runs Gradio 4. */
export const catalogueOfFour: readonly RouteEntry[] = asOfFour(catalogue)

type Listed =
  | (typeof pages | typeof calls | typeof files | typeof assets | typeof mcp | typeof fourOnly)[number]
  | typeof declaredPage

/** The routes that lead to the app; resolve has an answer for each, checked by the compiler. */
export type UpstreamRoute = Extract<Listed, UpstreamEntry>['id']

/** The row for what is in no table: nobody may, and the log says so. */
export const unknownRoute: RouteEntry = {
  id: 'unknown',
  methods: [],
  path: '',
  action: 'reachUnknown',
  names: [],
  body: { kind: 'none' },
  answer: 'data',
  stream: false,
  activity: false,
  proof: 'observed',
  repeatable: false,
  goesTo: 'nowhere',
  readFrom: 'sekisho',
}
