/** OPAQUE's server half as the rest of the gate sees it: a worker behind a bounded queue. */
import { Worker } from 'node:worker_threads'
import { GateFault } from '../kit/fault.ts'
import type { Secret } from '../kit/secret.ts'
import type { CheckRecordJob, FinishJob, Job, JobResult } from './opaque-worker.ts'
import type { RegisterJob, StartJob, WorkerData } from './opaque-worker.ts'

export type OpaqueStarted = Extract<JobResult, { kind: 'started' | 'rejected' }>
export type OpaqueFinished = Extract<JobResult, { kind: 'finished' | 'rejected' }>
export type OpaqueRegistered = Extract<JobResult, { kind: 'registered' | 'rejected' }>
export type OpaqueChecked = Extract<JobResult, { kind: 'record-good' | 'rejected' }>

export interface Opaque {
  /** Rejects with GateFault `login-busy` when too many wait, `login-engine-failed` when the engine breaks. */
  startLogin(job: Omit<StartJob, 'kind'>): Promise<OpaqueStarted>
  finishLogin(job: Omit<FinishJob, 'kind'>): Promise<OpaqueFinished>
  register(job: Omit<RegisterJob, 'kind'>): Promise<OpaqueRegistered>
  /** Rejected: what a client calls a registration record is none. */
  checkRecord(job: Omit<CheckRecordJob, 'kind'>): Promise<OpaqueChecked>
  close(): Promise<void>
}

interface Waiting {
  readonly job: Job
  readonly resolve: (result: JobResult) => void
  readonly reject: (fault: GateFault) => void
}

export interface OpaqueLimits {
  /** Logins that may wait behind the one being worked on. */
  readonly waiting: number
  /** A job that takes longer means that the worker hangs. */
  readonly jobMs: number
}

// 64 waiting logins are answered within about 0.2 s on one core.
const usualLimits: OpaqueLimits = { waiting: 64, jobMs: 10_000 }

// From the sources Node runs the .ts file, from the package the .js file beside this one.
const workerFile = new URL(
  `./opaque-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
)

export function openOpaque(setup: Secret, limits: OpaqueLimits = usualLimits): Opaque {
  const thread = new OpaqueThread(setup, limits)
  return {
    startLogin: async (job) => {
      const result = await thread.run({ kind: 'start', ...job })
      if (result.kind === 'started' || result.kind === 'rejected') return result
      throw failed(result)
    },
    finishLogin: async (job) => {
      const result = await thread.run({ kind: 'finish', ...job })
      if (result.kind === 'finished' || result.kind === 'rejected') return result
      throw failed(result)
    },
    register: async (job) => {
      const result = await thread.run({ kind: 'register', ...job })
      if (result.kind === 'registered' || result.kind === 'rejected') return result
      throw failed(result)
    },
    checkRecord: async (job) => {
      const result = await thread.run({ kind: 'check-record', ...job })
      if (result.kind === 'record-good' || result.kind === 'rejected') return result
      throw failed(result)
    },
    close: () => thread.close(),
  }
}

/** One worker, one job at a time. A worker that dies takes the waiting jobs with it; the next job gets a new one. */
class OpaqueThread {
  readonly #setup: Secret
  readonly #limits: OpaqueLimits
  readonly #queue: Waiting[] = []
  #worker: Worker | undefined
  #current: Waiting | undefined
  #watchdog: NodeJS.Timeout | undefined
  #closed = false

  constructor(setup: Secret, limits: OpaqueLimits) {
    this.#setup = setup
    this.#limits = limits
  }

  run(job: Job): Promise<JobResult> {
    if (this.#closed) return Promise.reject(broken('The login engine is closed.'))
    if (this.#queue.length >= this.#limits.waiting) {
      return Promise.reject(new GateFault('login-busy', 'Too many logins wait.'))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    this.#drop('The login engine is closed.')
    await worker?.terminate()
  }

  #next(): void {
    if (this.#current !== undefined) return
    const waiting = this.#queue.shift()
    if (waiting === undefined) return
    this.#current = waiting
    this.#worker ??= this.#spawn()
    this.#watchdog = setTimeout(() => {
      this.#drop('The login engine did not answer in time.')
    }, this.#limits.jobMs)
    this.#worker.postMessage(waiting.job)
  }

  #spawn(): Worker {
    const workerData: WorkerData = { serverSetup: this.#setup.reveal() }
    // An empty environment: the worker has no use for anything in ours, least of all for the key.
    const worker = new Worker(workerFile, { workerData, env: {}, execArgv: [], name: 'opaque' })
    // A gate that is stopping doesn't wait for it.
    worker.unref()
    worker.on('message', (result: JobResult) => {
      if (this.#worker === worker) this.#settle(result)
    })
    const gone = () => {
      if (this.#worker === worker) this.#drop('The login engine died.')
    }
    worker.on('error', gone)
    worker.on('messageerror', gone)
    worker.on('exit', gone)
    return worker
  }

  #settle(result: JobResult): void {
    clearTimeout(this.#watchdog)
    const current = this.#current
    this.#current = undefined
    current?.resolve(result)
    this.#next()
  }

  /** Gives up the worker and everybody who waits for it. */
  #drop(why: string): void {
    clearTimeout(this.#watchdog)
    const worker = this.#worker
    this.#worker = undefined
    // Nobody waits for the end of a worker that was given up; its `exit` finds another one in charge, or none.
    void worker?.terminate()
    const all =
      this.#current === undefined ? this.#queue.splice(0) : [this.#current, ...this.#queue.splice(0)]
    this.#current = undefined
    for (const waiting of all) waiting.reject(broken(why))
  }
}

function failed(result: JobResult): GateFault {
  return broken(
    result.kind === 'failed' ? `The login engine failed at: ${result.message}.` : 'Unexpected answer.',
  )
}

function broken(message: string): GateFault {
  return new GateFault('login-engine-failed', message)
}
