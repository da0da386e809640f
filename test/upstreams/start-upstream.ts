/** An app of the test's own making behind the gate: answers as told, and remembers what reached it. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Reached {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Upstream {
  readonly url: URL
  readonly reached: Reached[]
  close(): Promise<void>
}

/** Every request is read whole and noted before `answer` is asked, unless `raw` takes it as it comes. */
export async function startUpstream(
  answer: (request: Reached, ...raw: Parameters<RequestListener>) => void,
  options: { readonly raw?: boolean; readonly port?: number } = {},
): Promise<Upstream> {
  const reached: Reached[] = []
  const server = createServer((message, response) => {
    const note = (body: string) => {
      const one = { method: message.method ?? '', target: message.url ?? '', headers: message.headers, body }
      reached.push(one)
      answer(one, message, response)
    }
    if (options.raw === true) {
      note('')
      return
    }
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => note(Buffer.concat(chunks).toString()))
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    reached,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
