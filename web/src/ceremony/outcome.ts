/** How a ceremony can end, apart from how it was meant to. */

export type Trouble =
  | { readonly kind: 'paced' | 'busy'; readonly waitSeconds: number }
  | { readonly kind: 'unreachable' }
  /** The answer asked for less stretching than this page allows. */
  | { readonly kind: 'weakened' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'faulty' }

export type Outcome =
  | { readonly kind: 'signed-in' }
  /** At a login host: the app's page comes in with the code, and its own key. */
  | { readonly kind: 'handed-over'; readonly code: string }
  /** A wrong password, an unknown name and a proof that the gate didn't take look the same (OWASP ASVS 6.3.8). */
  | { readonly kind: 'refused' }
  /** The browser keeps no key, by which requests would prove themselves. */
  | { readonly kind: 'keyless' }
  | Trouble

export type JoinOutcome =
  | { readonly kind: 'joined' }
  /** Unknown, used, revoked or too old. */
  | { readonly kind: 'invalid' }
  /** The gate is reached without HTTPS. */
  | { readonly kind: 'insecure' }
  | Trouble

export type ChangeOutcome =
  | { readonly kind: 'changed' }
  | { readonly kind: 'wrong-current' }
  /** The session ended meanwhile. */
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'insecure' }
  | Trouble
