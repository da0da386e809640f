/** Somebody who goes on using the gate while others attack it: loads the sign-in page and calls a function, over and over. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { paths } from '../../src/contract/contract.ts'

export interface HonestOptions {
  readonly url: string
  /** An API token. */
  readonly token: string
  /** A call that answers 200, with a body of `{"data": …}`. */
  readonly call: { readonly path: string; readonly data: readonly unknown[] }
}

export interface HonestTally {
  readonly asked: number
  /** What went otherwise than it should: a status, or how the connection broke. */
  readonly failures: readonly string[]
  readonly slowestMs: number
}

export interface HonestUser {
  /** So far. */
  readonly asked: number
  stop(): Promise<HonestTally>
}

/** Each request comes over a connection of its own, as that of somebody new. */
export function startHonestUser(options: HonestOptions): HonestUser {
  const leaving = new AbortController()
  const tally = { asked: 0, failures: [] as string[], slowestMs: 0 }
  const once = async (what: string, send: Promise<number | string>) => {
    const begun = performance.now()
    const outcome = await send
    tally.asked++
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - begun)
    if (outcome !== 200) tally.failures.push(`${what}: ${String(outcome)}`)
  }
  const { url, token, call } = options
  const use = async () => {
    while (!leaving.signal.aborted) {
      await once('page', send(`${url}${paths.login}`))
      await once('call', send(`${url}${call.path}`, { token, body: JSON.stringify({ data: call.data }) }))
      // A person's pace.
      await delay(100, undefined, { signal: leaving.signal }).catch(() => undefined)
    }
    return tally
  }
  const used = use()
  return {
    get asked() {
      return tally.asked
    },
    stop: () => {
      leaving.abort()
      return used
    },
  }
}

function send(
  url: string,
  call?: { readonly token: string; readonly body: string },
): Promise<number | string> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const headers =
    call === undefined ? {} : { authorization: `Bearer ${call.token}`, 'content-type': 'application/json' }
  const options = {
    agent: false,
    rejectUnauthorized: false,
    headers,
    method: call === undefined ? 'GET' : 'POST',
  }
  return new Promise((resolve) => {
    const sent = request(url, options, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', (error) => resolve(error.message))
    })
    sent.on('error', (error) => resolve(error.message))
    sent.end(call?.body)
  })
}
