/** Where one of the gate's own pages goes when this browser has lost its key. */
import { againParameter, paths, returnToParameter, safeReturnPath } from 'sekisho/contract'

/** From there to where this page would have gone, or back to it, where that is possible. */
export function signInAgainUrl({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string {
  const wanted = new URLSearchParams(search).get(returnToParameter) ?? pathname
  const query = { [againParameter]: '1', [returnToParameter]: safeReturnPath(wanted) }
  return `${paths.login}?${new URLSearchParams(query).toString()}`
}
