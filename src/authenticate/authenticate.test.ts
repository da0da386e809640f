/** Who asks: by cookie, by token, by both, by neither. */
import { describe, expect, it } from 'vitest'
import type { Classified, Headers, Principal } from '../request.ts'
import type { SessionLooked } from '../sessions/look.ts'
import type { ApiTokenRow, FoundSession, SessionRow } from '../store/rows.ts'
import { makeApiToken } from '../tokens/token.ts'
import type { TokenFound } from '../tokens/tokens.ts'
import { authenticate } from './authenticate.ts'

const session = { id: 's1', account: 'shared' } as unknown as SessionRow
const token = { id: 't1', name: 'ci' } as unknown as ApiTokenRow
const endowment = { roles: ['analyst'], attributes: { department: 'finance' } }
const text = makeApiToken().reveal()

interface Asking {
  readonly path?: string
  readonly query?: string
  readonly headers?: Headers
  readonly looked?: SessionLooked
  readonly found?: TokenFound
}

async function ask(asking: Asking): Promise<Told> {
  const { path = '/config', query = '', headers = {}, looked = { kind: 'none' }, found } = asking
  const asked: string[] = []
  const request = { path, query, headers } as unknown as Classified
  const outcome = await authenticate(request, {
    sessions: { look: () => Promise.resolve(looked) },
    tokens: {
      look: (said) => {
        asked.push(said)
        return Promise.resolve(found ?? { state: 'over', why: 'unknown' })
      },
      identify: (said) => Promise.resolve(said === text ? token.id : undefined),
    },
  })
  if ('principal' in outcome) return { asked, principal: outcome.principal }
  const { code, because } = outcome
  return { asked, code, because }
}

interface Told {
  readonly asked: readonly string[]
  readonly principal?: Principal
  readonly code?: string
  readonly because?: Readonly<Record<string, string | number | boolean>>
}

const bearer = { authorization: `Bearer ${text}` }
const active: SessionLooked = { kind: 'active', session }

describe('whoever asks', () => {
  it('with a good token is that token', async () => {
    expect(await ask({ headers: bearer, found: { state: 'active', token, endowment } })).toEqual({
      asked: [text],
      principal: { kind: 'token', token, ...endowment },
    })
  })

  it('with a session of a user is that user, with what the user has by now', async () => {
    const username = 'bob'
    const found = { ...session, username, endowment } as unknown as FoundSession
    expect((await ask({ looked: { kind: 'active', session: found } })).principal).toEqual({
      ...{ kind: 'user', username, session: found },
      ...endowment,
    })
    const gone = { ...session, username } as unknown as FoundSession
    expect((await ask({ looked: { kind: 'active', session: gone } })).principal).toMatchObject({
      ...{ roles: [], attributes: {} },
    })
  })

  it.each(['unknown', 'expired', 'revoked', 'user-disabled'] as const)(
    'with one that is %s is nobody, and the log learns why',
    async (why) => {
      const { principal } = await ask({ headers: bearer, found: { state: 'over', why, id: token.id } })
      expect(principal).toEqual({ kind: 'nobody', lapsed: 'token', because: { why, id: 't1' } })
    },
  )

  it('with a Bearer field that holds no token is nobody, and the store is not asked', async () => {
    expect(await ask({ headers: { authorization: 'Bearer a, Bearer b' } })).toEqual({
      asked: [],
      principal: { kind: 'nobody', lapsed: 'token', because: { why: 'malformed' } },
    })
  })

  it('with another scheme is judged by the session alone', async () => {
    const headers = { authorization: 'Basic YTpi' }
    expect((await ask({ headers })).principal).toEqual({ kind: 'nobody' })
    expect(await ask({ headers, looked: active })).toEqual({
      asked: [],
      principal: { kind: 'guest', session },
    })
  })

  it.each<[string, SessionLooked]>([
    ['a session', active],
    ['a session that is over', { kind: 'lapsed', why: 'ended' }],
  ])('with %s and a Bearer field is refused, whether or not the token is good', async (_, looked) => {
    for (const headers of [bearer, { authorization: 'Bearer' }])
      expect(await ask({ headers, looked, found: { state: 'active', token, endowment } })).toEqual({
        asked: [],
        code: 'credential-ambiguous',
        because: {},
      })
  })
})

describe('a token in the wrong place', () => {
  const escaped = text.replace('sekisho_', '%73ekisho%5F')
  it.each<[string, Asking, half?: boolean]>([
    ['the path', { path: `/gradio_api/file=/tmp/${text}` }],
    ['the query', { query: `access_token=${text}` }],
    ['the query, escaped', { query: `a=1&token=Bearer%20${escaped}` }],
    ['the query, without its checksum', { query: text.slice(0, -6) }, true],
    ['a cookie', { headers: { cookie: `theme=dark; token=${text}` } }],
  ])('(%s) is refused, whoever asks, and the log names it where it is whole', async (_, asking, half) => {
    const because = half === true ? {} : { id: 't1' }
    for (const more of [{}, { looked: active }, { headers: { ...asking.headers, ...bearer } }])
      expect(await ask({ ...asking, ...more })).toEqual({ asked: [], code: 'credential-misplaced', because })
  })
})
