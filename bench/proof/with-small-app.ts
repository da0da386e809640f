/** An app in this process that answers every call at once, and a home for a gate in front of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describeSmallApp } from '../../test/upstreams/small-config.ts'
import { startUpstream } from '../../test/upstreams/start-upstream.ts'

/** As `startGate` takes them. */
export interface Before {
  readonly upstream: string
  readonly home: string
}

/** `config`: lines of the gate's `sekisho.yaml`, besides the app's address. */
export async function withSmallApp(config: string, use: (before: Before) => Promise<void>): Promise<void> {
  const app = await startUpstream(
    ({ target }, message, response) => {
      message.resume()
      const { type, body } = describeSmallApp(target) ?? { type: 'application/json', body: '{"data":["x"]}' }
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
    },
    { raw: true },
  )
  const home = await mkdtemp(path.join(tmpdir(), 'sekisho-proof-'))
  try {
    const upstream = app.url.origin
    await writeFile(path.join(home, 'sekisho.yaml'), `upstream: ${upstream}\n${config}`)
    await use({ upstream, home })
  } finally {
    await app.close()
    await rm(home, { recursive: true, force: true })
  }
}
