/** Loopback: a free port, and waiting until somebody answers there. */
import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SetupProblem } from './setup-problem.ts'

/** The wished port when it is free, otherwise any free one. */
export async function freePort(wished = 0): Promise<number> {
  return probePort(wished).catch((error: unknown) => {
    if (wished === 0) throw error
    return probePort(0)
  })
}

function probePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })
}

export interface Waiting {
  readonly what: string
  /** Whether there is still something to wait for; its output is told when there isn't. */
  readonly process: { readonly running: boolean; output(): string }
  /** Milliseconds; 120 s by default, since a cold Python on a busy machine takes its time. */
  readonly limit?: number
}

/** Resolves when a GET of `url` is answered with one of `statuses`. */
export function untilItAnswers(url: string, statuses: readonly number[], waiting: Waiting): Promise<void> {
  return untilTrue(waiting, async () => {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    )
    await answer?.body?.cancel()
    return answer !== undefined && statuses.includes(answer.status)
  })
}

/** Resolves when a connection to the port is taken: for TLS with a certificate that nobody signed. */
export function untilItListens(port: number, waiting: Waiting): Promise<void> {
  return untilTrue(
    waiting,
    () =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1')
        const finish = (listens: boolean) => {
          socket.destroy()
          resolve(listens)
        }
        socket.on('connect', () => {
          finish(true)
        })
        socket.on('error', () => {
          finish(false)
        })
      }),
  )
}

async function untilTrue(waiting: Waiting, isReady: () => Promise<boolean>): Promise<void> {
  const limit = waiting.limit ?? 120_000
  const deadline = Date.now() + limit
  while (waiting.process.running && Date.now() < deadline) {
    if (await isReady()) return
    await delay(100)
  }
  throw new SetupProblem(
    waiting.process.running
      ? `${waiting.what} did not answer within ${String(Math.round(limit / 1000))} s.`
      : `${waiting.what} ended before it answered.`,
    `It printed:\n${waiting.process.output().trimEnd()}`,
  )
}
