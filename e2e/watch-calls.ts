/** What a page asks for, how it is answered, and by which document it was signed. */
import type { Page } from 'playwright-core'
import type { OverheardRequest } from '../test/rig/meddling-proxy.ts'

export interface Signed {
  /** Of the challenge under which it was signed. */
  readonly epoch: string | undefined
  /** The document that signed it; undefined: nobody did. */
  readonly instance: string | undefined
  readonly counter: number
}

export interface Call extends Signed {
  readonly path: string
  readonly status: number
}

function readProof(input = ''): Signed {
  const [, epoch, instance, counter] = /nonce="([^".]+)\.([^".]+)\.(\d+)"/.exec(input) ?? []
  return { epoch, instance, counter: Number(counter) }
}

export const proofOf = ({ rawHeaders }: OverheardRequest) =>
  readProof(rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'signature-input') + 1])

/** What the page asks for from now on below a path, and how it is answered. */
export function watchCalls(page: Page, below = '/gradio_api/queue/'): readonly Call[] {
  const calls: Call[] = []
  page.on('response', (response) => {
    const { pathname: path } = new URL(response.url())
    const proof = readProof(response.request().headers()['signature-input'])
    if (path.startsWith(below)) calls.push({ path, status: response.status(), ...proof })
  })
  return calls
}

export const instancesOf = (calls: readonly Call[]) => new Set(calls.map(({ instance }) => instance))
export const refusedOf = (calls: readonly Call[]) => calls.filter(({ status }) => status !== 200)
export const signedOf = (calls: readonly Call[]) => calls.filter(({ instance }) => instance !== undefined)
export const statusesOf = (calls: readonly Call[], path = '') =>
  calls.filter((call) => call.path.endsWith(path)).map(({ status }) => status)

/** How often the page was loaded since. */
export function countLoads(page: Page): () => number {
  let loads = 0
  page.on('load', () => (loads += 1))
  return () => loads
}
