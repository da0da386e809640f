/** A path and an app for each test, started by the test itself and ended after it. */
import { afterEach } from 'vitest'
import { describeSmallApp } from '../upstreams/small-config.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { startPath, type Path, type PathOptions } from './start-path.ts'

type Answerer = Parameters<typeof startUpstream>[0]

/** What describes the app is as the model has it; everything else is `{"a":1}`. */
export const plain: Answerer = ({ target }, _message, response) => {
  const { type, body } = describeSmallApp(target) ?? { type: 'application/json', body: '{"a":1}' }
  response.writeHead(200, { 'content-type': type }).end(body)
}

/** The same, but everything else is a stream that stays open after its first message. */
export const streaming: Answerer = ({ target }, _message, response) => {
  const described = describeSmallApp(target)
  if (described !== undefined) response.writeHead(200, { 'content-type': described.type }).end(described.body)
  else response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
}

export interface Standing {
  upstream: Upstream
  path: Path
}

/** What the last `start` made stands until the next one, or the end of the test; `start` answers a signed-in session. */
export function useUpstream() {
  let standing: Partial<Standing> = {}
  const end = async () => {
    const { path, upstream } = standing
    standing = {}
    await path?.close()
    await upstream?.close()
  }
  afterEach(end)
  return {
    get path() {
      return made(standing.path)
    },
    get upstream() {
      return made(standing.upstream)
    },
    async start(answer: Answerer, options: { raw?: boolean } & Partial<PathOptions> = {}) {
      await end()
      standing.upstream = await startUpstream(answer, options)
      standing.path = await startPath({ ...options, upstream: standing.upstream })
      return standing.path.signIn()
    },
  }
}

function made<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError('the test has not started it yet')
  return part
}
