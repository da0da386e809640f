/** How an attempt to sign in can end. */

export type Outcome =
  | { readonly kind: 'signed-in' }
  /** A wrong password and a proof that the gate didn't take look the same (OWASP ASVS 6.3.8). */
  | { readonly kind: 'refused' }
  | { readonly kind: 'paced' | 'busy'; readonly waitSeconds: number }
  | { readonly kind: 'unreachable' }
  /** The answer asked for less stretching than this page allows. */
  | { readonly kind: 'weakened' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'faulty' }
