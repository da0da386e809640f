/** The Authorization field: `Bearer` and a token (RFC 6750 section 2.1). Other schemes are none of ours. */

export type Bearer =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly text: string }
  /** The scheme is ours, what follows is no token. */
  | { readonly kind: 'malformed' }

export function readBearer(field: string | undefined): Bearer {
  if (field === undefined || !/^bearer(?:[ \t,]|$)/i.test(field)) return { kind: 'none' }
  const [, text] = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(field) ?? []
  return text === undefined ? { kind: 'malformed' } : { kind: 'token', text }
}
