/** Under which name the page keeps its history of runs in the browser: people who share a browser don't share that. */
import type { Username } from '../kit/username.ts'

/** The kinds of request.ts's Principal. No user name has a colon. */
type Asker =
  | { readonly kind: 'guest'; readonly session: { readonly id: string } }
  | { readonly kind: 'user'; readonly username: Username }
  | { readonly kind: 'token'; readonly token: { readonly id: string } }
  | { readonly kind: 'nobody' }

/**
 * Goes into `config.username`: Gradio's page keeps inputs and outputs in localStorage under the app's id and this. All guests
 * share one password, so each of their sessions is one of its own, and its history is out of sight when it ends.
 */
export function historyNameOf(asker: Asker): string | null {
  switch (asker.kind) {
    case 'user':
      return asker.username
    case 'guest':
      return `guest:${asker.session.id}`
    case 'token':
      return `token:${asker.token.id}`
    case 'nobody':
      return null
  }
}
