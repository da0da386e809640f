/** Reads one file of the app: an upload, or what a function gave back. */
import { assertionHeader } from '../contract/assertion.ts'
import { GateFault } from '../kit/fault.ts'
import type { AppClient } from './read-app.ts'

export interface AppFile {
  readonly bytes: Uint8Array
  /** Media type without parameters. */
  readonly type: string
}

export interface ReadFileParts {
  readonly client: AppClient
  /** Where the app's routes begin. */
  readonly root: string
  readonly mostBytes: number
}

/** GateFault `app-unreachable`. Whose file it is has been judged before. */
export async function readAppFile(
  { client: { client, patience, assertion }, root, mostBytes }: ReadFileParts,
  path: string,
): Promise<AppFile | 'absent' | 'large'> {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const ask = (headers: Readonly<Record<string, string>>) =>
    client.request({
      method: 'GET',
      path: `${root}/file=${encoded}`,
      headers: { 'x-forwarded-for': '0.0.0.0', accept: '*/*', 'accept-encoding': 'identity', ...headers },
      signal: AbortSignal.timeout(patience),
    })
  try {
    let answer = await ask({})
    if (answer.statusCode === 401 && assertion !== undefined) {
      await answer.body.dump()
      answer = await ask({ [assertionHeader]: await assertion() })
    }
    if (answer.statusCode !== 200) {
      await answer.body.dump()
      return 'absent'
    }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      size += chunk.byteLength
      // Leaving the loop gives the connection up.
      if (size > mostBytes) return 'large'
    }
    return { bytes: Buffer.concat(chunks), type: mediaType(answer.headers['content-type']) }
  } catch (cause) {
    throw new GateFault('app-unreachable', 'The app did not hand out a file.', { cause })
  }
}

function mediaType(header: string | readonly string[] | undefined): string {
  const [type = ''] = typeof header === 'string' ? header.split(';') : []
  return /^[\w.+-]+\/[\w.+-]+$/.test(type.trim()) ? type.trim() : 'application/octet-stream'
}
