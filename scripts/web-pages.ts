/** The gate's own pages: of which pieces in web/pages each is made, which words and which script it has. */

/** A piece of markup by its file in web/pages, or a few characters of it. */
export type Piece = { readonly file: string } | { readonly text: string }

export interface PageRow {
  readonly main: string
  /** Files in web/words, later ones before earlier ones. */
  readonly words: readonly string[]
  readonly title?: string
  readonly script?: string
  readonly head?: string
  /** What the page's own places hold. */
  readonly slots?: Readonly<Record<string, Piece>>
  /** Placeholders left for the gate. */
  readonly leave?: readonly string[]
}

const login = { main: 'login', words: ['form', 'login'], script: 'login.js' } as const
const submit = { file: 'submit' }
const prove = { password: { file: 'password' }, submit }
const choose = { password: { file: 'new-password' }, submit }
const known = { name: { file: 'name-known' } }

export const pages: Readonly<Record<string, PageRow>> = {
  'login.guest': {
    ...login,
    slots: { ...prove, lead: { text: '{{words.leadGuest}}' }, name: { file: 'name-guest' } },
  },
  'login.users': {
    ...login,
    slots: { ...prove, lead: { text: '{{words.leadUsers}}' }, name: { file: 'name-user' } },
  },
  'login.both': {
    ...login,
    slots: { ...prove, lead: { text: '{{words.leadBoth}}' }, name: { file: 'name-either' } },
  },
  join: { main: 'join', words: ['form', 'password', 'join'], script: 'join.js', slots: choose },
  account: {
    main: 'account',
    words: ['form', 'password', 'account'],
    script: 'account.js',
    slots: { ...choose, ...known },
  },
  away: { main: 'away', words: ['form', 'away'], script: 'away.js' },
  confirm: {
    main: 'confirm',
    words: ['form', 'confirm'],
    script: 'confirm.js',
    slots: { ...prove, ...known },
  },
  message: { main: 'message', words: ['message'], title: '{{title}}', leave: ['title', 'text'] },
  unavailable: {
    main: 'unavailable',
    words: ['unavailable'],
    head: '<meta http-equiv="refresh" content="5" />',
  },
}

/** Assets that a script loads by itself; the document doesn't name them. */
export const loadedByScript: Readonly<Record<string, readonly string[]>> = {
  'login.js': ['opaque-worker.js'],
  'join.js': ['opaque-worker.js', 'guessing-worker.js'],
  'confirm.js': ['opaque-worker.js'],
  'account.js': ['opaque-worker.js', 'guessing-worker.js'],
}
