/** Whose something is: a user's, a token's, or one login session's of the guest, since all guests share one password. */
import type { Owner } from '../store/rows.ts'

export type { Owner } from '../store/rows.ts'

/** The kinds of request.ts's Principal that can own something. */
type Owning =
  | { readonly kind: 'guest'; readonly session: { readonly id: string } }
  | { readonly kind: 'user'; readonly session: { readonly account: string } }
  | { readonly kind: 'token'; readonly token: { readonly id: string } }

export function ownerOf(principal: Owning | { readonly kind: 'nobody' }): Owner | undefined {
  switch (principal.kind) {
    case 'guest':
      return `session:${principal.session.id}` as Owner
    case 'user':
      return `user:${principal.session.account}` as Owner
    case 'token':
      return `token:${principal.token.id}` as Owner
    case 'nobody':
      return undefined
  }
}
