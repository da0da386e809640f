/** Many small GETs over a few connections; every answer is looked at. */
import { Pool, type Dispatcher } from 'undici'

export interface SmallJob {
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly count: number
  readonly connections: number
  /** Bytes that the right answer has at least: the gate writes some answers anew. */
  readonly expected: number
}

export interface SmallResult {
  /** Microseconds for all of them. */
  readonly took: number
  /** Microseconds of each, in no order. */
  readonly latencies: readonly number[]
  readonly wrong: number
}

// Kept between the rounds, as a browser keeps its connections.
const pools = new Map<string, Pool>()

export function poolFor(url: string, connections: number): Pool {
  const key = `${String(connections)} ${url}`
  const pool = pools.get(key) ?? new Pool(url, { connections, pipelining: 1, keepAliveTimeout: 60_000 })
  pools.set(key, pool)
  return pool
}

export async function sendSmall(job: SmallJob): Promise<SmallResult> {
  const pool = poolFor(job.url, job.connections)
  const latencies: number[] = []
  let left = job.count
  let wrong = 0
  const sendOneByOne = async () => {
    while (left-- > 0) {
      const from = performance.now()
      if (!(await sendOne(pool, job))) wrong++
      latencies.push((performance.now() - from) * 1000)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: job.connections }, sendOneByOne))
  return { took: (performance.now() - started) * 1000, latencies, wrong }
}

/** Whether the right answer came. */
function sendOne(pool: Pool, { path, headers, expected }: SmallJob): Promise<boolean> {
  return new Promise((resolve) => {
    pool.dispatch({ method: 'GET', path, headers: { ...headers } }, new Count(expected, resolve))
  })
}

class Count implements Dispatcher.DispatchHandler {
  #status = 0
  #bytes = 0
  readonly #expected: number
  readonly #tell: (right: boolean) => void

  constructor(expected: number, tell: (right: boolean) => void) {
    this.#expected = expected
    this.#tell = tell
  }

  onRequestStart(): void {
    return
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.#status = status
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.byteLength
  }

  onResponseEnd(): void {
    this.#tell(this.#status === 200 && this.#bytes >= this.#expected)
  }

  onResponseError(): void {
    this.#tell(false)
  }
}
