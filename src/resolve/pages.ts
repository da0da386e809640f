/** Pages, and the configuration and schema behind them. */
import type { Refusal } from '../refusals.ts'
import { unknownObject, wholeApp, type Asked, type Found } from './asked.ts'
import { changedQuery, inQuery } from './rewrite.ts'

/** `/?page=x` shows the page x (gradio/routes.py 6.31, main); before there were pages, the name was free for the app's own use. */
export async function resolveMainPage(asked: Asked): Promise<Found | Refusal> {
  const page = asked.model.config['page'] === undefined ? '' : (inQuery(asked, 'page') ?? '')
  if (!asked.model.pages.includes(page)) return unknownObject('page')
  return withDeepLink(asked, { target: pageTarget(page) })
}

export async function resolveDeclaredPage(asked: Asked): Promise<Found | Refusal> {
  const page = (asked.request.parameters['page'] ?? '').replace(/\/$/, '')
  if (!asked.model.pages.includes(page)) return unknownObject('page')
  return withDeepLink(asked, { target: pageTarget(page) })
}

/** Of one page, or of the whole app: what it holds is filtered on its way back. */
export async function resolveConfig(asked: Asked): Promise<Found | Refusal> {
  const page = inQuery(asked, 'page')
  const known = page !== undefined && asked.model.pages.includes(page)
  return withDeepLink(asked, { target: known ? pageTarget(page) : wholeApp })
}

export function resolveSchema(asked: Asked): Found {
  return { target: wholeApp, outgoing: { query: changedQuery(asked, {}) } }
}

export function pageTarget(path: string): Found['target'] {
  return { resource: { kind: 'page', path }, files: [] }
}

/** A deep link shows the state of whoever made it, so it is theirs alone. */
async function withDeepLink(asked: Asked, found: Found): Promise<Found | Refusal> {
  const link = inQuery(asked, 'deep_link') ?? ''
  if (link !== '' && !(await ownsDeepLink(asked, link))) return unknownObject('deepLink')
  return { ...found, outgoing: { query: changedQuery(asked, link === '' ? { deep_link: undefined } : {}) } }
}

/** Gradio's own pattern (gradio/routes.py 6.31, DEEP_LINK_PATTERN). */
const pattern = /^[A-Za-z0-9_-]{1,128}$/

async function ownsDeepLink({ owner, parts }: Asked, link: string): Promise<boolean> {
  return pattern.test(link) && parts.ownership.ownsDeepLink(owner, link)
}
