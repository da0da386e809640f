/** The origin of a site as a browser writes it (RFC 6454 section 6.1): the port only where it isn't the scheme's own. */

export function originOf({
  scheme,
  host,
}: {
  readonly scheme: 'http' | 'https'
  readonly host: string
}): string {
  const own = scheme === 'https' ? ':443' : ':80'
  return `${scheme}://${host.endsWith(own) ? host.slice(0, -own.length) : host}`
}
