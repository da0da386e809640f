/** The three ways in that are compared: Gradio's own `auth=`, the article's scheme, and the gate's login. */
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { cookieHeaderOf, post, tryToLogIn, type LoginOutcome } from '../rig/log-in.ts'
import { answerTo, callArticle, loadChallenge, newSession, wasAccepted } from './article-client.ts'

export interface Credentials {
  /** The shared password and the article have none. */
  readonly user?: string
  readonly password: string
}

export interface Approach {
  readonly headers?: Readonly<Record<string, string>>
  /** Loopback address to come from. */
  readonly from?: string
}

export type Knock =
  | { readonly kind: 'in'; readonly cookie: string; readonly setCookies: readonly string[] }
  | { readonly kind: 'wrong' }
  /** Nothing was tried: the door asks to wait. */
  | { readonly kind: 'slowed'; readonly status: number; readonly retryAfter: number }

export interface Door {
  readonly url: string
  knock(credentials: Credentials, approach?: Approach): Promise<Knock>
}

/** `auth=[...]`: a form with the password in it (gradio/routes.py 6.31, login). */
export function gradioDoor(url: string): Door {
  return {
    url,
    knock: async ({ user = '', password }, { headers, from } = {}) => {
      const answer = await ask(url, '/login', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ username: user, password }).toString(),
        ...(from === undefined ? {} : { from }),
      })
      return answer.status === 200 ? letIn(answer.setCookies) : judge(answer)
    },
  }
}

/** The article: load brings a challenge, submit wants sha256(challenge + password). */
export function articleDoor(url: string): Door {
  return {
    url,
    knock: async ({ password }, { headers = {}, from } = {}) => {
      const session_hash = newSession()
      const approach = { headers, ...(from === undefined ? {} : { from }) }
      const challenge = await loadChallenge(url, session_hash, approach)
      const call = { session_hash, challenge, r: answerTo(challenge, password), content: 'a' }
      const submitted = await callArticle(url, 'submit', call, approach)
      return wasAccepted(submitted) ? letIn([]) : judge(submitted)
    },
  }
}

export function gateDoor(url: string): Door {
  return {
    url,
    knock: async ({ password }, { headers = {}, from } = {}) => {
      const send = from === undefined ? post : postFrom(from)
      const outcome = await tryToLogIn({ url, password, headers, send })
      return knockOf(outcome)
    },
  }
}

/** The gate's login by name. */
export function userDoor(url: string): Door {
  return {
    url,
    knock: async ({ user = '', password }, { headers = {}, from } = {}) => {
      const send = from === undefined ? post : postFrom(from)
      return knockOf(await tryToLogIn({ url, password, username: user, headers, send }))
    },
  }
}

function knockOf(outcome: LoginOutcome): Knock {
  switch (outcome.kind) {
    case 'in':
      return letIn(outcome.setCookies)
    case 'wrong-password':
      return { kind: 'wrong' }
    case 'refused': {
      const { status, answer } = outcome
      const retryAfter = answer.headers.get('retry-after')
      return retryAfter === null
        ? { kind: 'wrong' }
        : { kind: 'slowed', status, retryAfter: Number(retryAfter) }
    }
  }
}

function letIn(setCookies: readonly string[]): Knock {
  return { kind: 'in', cookie: cookieHeaderOf(setCookies), setCookies }
}

function judge({ status, headers }: Asked): Knock {
  const retryAfter = headers['retry-after']
  return retryAfter === undefined
    ? { kind: 'wrong' }
    : { kind: 'slowed', status, retryAfter: Number(retryAfter) }
}

/** As the gate's page would send it, from another address of this machine. */
export function postFrom(from: string): typeof post {
  return async (url, path, body, headers = {}) => {
    const { origin } = new URL(url)
    const answer = await askJson(url, path, body, {
      from,
      headers: { origin, 'sec-fetch-site': 'same-origin', ...headers },
    })
    const made = new Headers()
    for (const [name, value] of Object.entries(answer.headers))
      for (const one of [value ?? []].flat()) made.append(name, one)
    return new Response(answer.status === 204 ? null : answer.body, { status: answer.status, headers: made })
  }
}
