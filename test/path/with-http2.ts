/** A gate that speaks HTTP/2 before an upstream of the test's, and what people send it there: calls, uploads. */
import type { ClientHttp2Session } from 'node:http2'
import { afterEach, beforeAll } from 'vitest'
import { makePair, type Pair } from '../rig/certificate.ts'
import { openHttp2 } from '../rig/http2-client.ts'
import { uploadType } from '../rig/upload-form.ts'
import { useUpstream } from './with-upstream.ts'

export const noError = 0
export const internalError = 2

/** The asker's own. */
export const file = '/tmp/a.png'

export const callBody = '{"data":["x"]}'

export const call = (cookie: string, more: Record<string, string> = {}) => ({
  ':method': 'POST',
  ':path': '/gradio_api/run/predict',
  'content-type': 'application/json',
  cookie,
  ...more,
})

export const upload = (cookie: string, more: Record<string, string> = {}) => ({
  ':method': 'POST',
  ':path': '/gradio_api/upload',
  'content-type': uploadType,
  cookie,
  ...more,
})

type Upstream = ReturnType<typeof useUpstream>

/** `begin`: somebody who signed in, and a connection of theirs that ends with the test. */
export function useHttp2() {
  let tls: Pair
  beforeAll(async () => {
    tls = await makePair()
  })

  const on = useUpstream()
  const sessions: ClientHttp2Session[] = []
  afterEach(() => {
    for (const session of sessions.splice(0)) session.destroy()
  })

  async function begin(
    answer: Parameters<Upstream['start']>[0],
    options: Parameters<Upstream['start']>[1] = {},
  ) {
    const { cookie, owner } = await on.start(answer, { ...options, tls })
    await on.path.ownership.noteFiles(owner, [file])
    const session = await openHttp2(on.path.url)
    sessions.push(session)
    return { cookie, session }
  }
  return { on, begin }
}
