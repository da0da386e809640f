/** Takes the invitation's secret out of the address bar, so that neither history nor a look over the shoulder has it. */

/** What of a window is used. */
export interface AddressBar {
  readonly location: Pick<Location, 'pathname' | 'search' | 'hash'>
  readonly history: Pick<History, 'replaceState'>
}

/** Undefined when there is none: the page was reloaded, or the link was cut off. */
export function takeInvitation({ location, history }: AddressBar): string | undefined {
  const secret = location.hash.slice(1)
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  return secret === '' ? undefined : secret
}
