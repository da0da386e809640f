/** A server inside, which the app could reach and nobody outside may: whoever makes the app fetch from it has won. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

export interface Canary {
  readonly url: string
  readonly reached: number
}

/** Counts what comes from the file's first test on. */
export function useCanary(): Canary {
  let reached = 0
  const server = createServer((_request, response) => {
    reached++
    response.end('inner')
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  return {
    get url() {
      return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/inner`
    },
    get reached() {
      return reached
    },
  }
}
