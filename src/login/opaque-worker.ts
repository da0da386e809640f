/** OPAQUE's server half, in a thread of its own: a login costs 2 ms of CPU, which no stream should wait for. */
import { parentPort, workerData } from 'node:worker_threads'
import { ready, server } from '@serenity-kit/opaque'

export interface StartJob {
  readonly kind: 'start'
  /** Null when no password is set: the answer then can't be told from a real one (RFC 9807 section 10.9). */
  readonly record: string | null
  readonly credential: string
  readonly startLoginRequest: string
  readonly identifiers: { readonly client: string; readonly server: string }
}
export interface FinishJob {
  readonly kind: 'finish'
  readonly serverLoginState: string
  readonly finishLoginRequest: string
  readonly identifiers: { readonly client: string; readonly server: string }
}
export type Job = StartJob | FinishJob

export type JobResult =
  | { readonly kind: 'started'; readonly serverLoginState: string; readonly loginResponse: string }
  | { readonly kind: 'finished' }
  /** What the client sent is not a message of the protocol, or not the proof. */
  | { readonly kind: 'rejected'; readonly why: 'malformed' | 'wrong-proof' }
  | { readonly kind: 'failed'; readonly message: string }

export interface WorkerData {
  readonly serverSetup: string
}

const { serverSetup } = workerData as WorkerData

function run(job: Job): JobResult {
  try {
    return job.kind === 'start' ? start(job) : finish(job)
  } catch (thrown) {
    return judge(thrown)
  }
}

function start(job: StartJob): JobResult {
  const { serverLoginState, loginResponse } = server.startLogin({
    serverSetup,
    userIdentifier: job.credential,
    registrationRecord: job.record,
    startLoginRequest: job.startLoginRequest,
    identifiers: { ...job.identifiers },
  })
  return { kind: 'started', serverLoginState, loginResponse }
}

function finish(job: FinishJob): JobResult {
  server.finishLogin({
    serverLoginState: job.serverLoginState,
    finishLoginRequest: job.finishLoginRequest,
    identifiers: { ...job.identifiers },
  })
  return { kind: 'finished' }
}

/**
 * The library says everything by exceptions; only the step in its message tells the client's fault from ours. What
 * names no step is a WebAssembly module that trapped and may be left in any state: the worker ends.
 */
function judge(thrown: unknown): JobResult {
  const step =
    thrown instanceof Error ? /^opaque protocol error at "([^"]+)"/.exec(thrown.message)?.[1] : undefined
  if (step === undefined) throw thrown
  switch (step) {
    case 'deserialize startLoginRequest':
    case 'deserialize finishLoginRequest':
      return { kind: 'rejected', why: 'malformed' }
    case 'finish server login':
      return { kind: 'rejected', why: 'wrong-proof' }
    default:
      return { kind: 'failed', message: step }
  }
}

if (parentPort === null) throw new TypeError('opaque-worker.ts runs as a worker only')
const port = parentPort
await ready
port.on('message', (job: Job) => {
  port.postMessage(run(job))
})
