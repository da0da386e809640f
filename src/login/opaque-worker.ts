/** OPAQUE's server half, in a thread of its own: a login costs 2 ms of CPU, which no stream should wait for. */
import { randomUUID } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { client, ready, server } from '@serenity-kit/opaque'

export interface StartJob {
  readonly kind: 'start'
  /** Null when there is none: the answer then can't be told from a real one (RFC 9807 section 10.9). */
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
/** The server's half of a registration (RFC 9807 section 5.1): nothing is kept of it. */
export interface RegisterJob {
  readonly kind: 'register'
  readonly credential: string
  readonly registrationRequest: string
}
/** Is this a registration record, so that a login with it can begin at all? */
export interface CheckRecordJob {
  readonly kind: 'check-record'
  readonly record: string
}
export type Job = StartJob | FinishJob | RegisterJob | CheckRecordJob

export type JobResult =
  | { readonly kind: 'started'; readonly serverLoginState: string; readonly loginResponse: string }
  /** `sessionKey`: 64 bytes, base64url, known at the two ends of this login alone (RFC 9807 section 6.1). */
  | { readonly kind: 'finished'; readonly sessionKey: string }
  | { readonly kind: 'registered'; readonly registrationResponse: string }
  | { readonly kind: 'record-good' }
  /** What the client sent is not a message of the protocol, or not the proof. */
  | { readonly kind: 'rejected'; readonly why: 'malformed' | 'wrong-proof' }
  | { readonly kind: 'failed'; readonly message: string }

export interface WorkerData {
  readonly serverSetup: string
}

const { serverSetup } = workerData as WorkerData
const decoyCredential = 'decoy'

function run(job: Job): JobResult {
  try {
    return work(job)
  } catch (thrown) {
    return judge(thrown, job)
  }
}

function work(job: Job): JobResult {
  switch (job.kind) {
    case 'start':
      return start(job)
    case 'finish':
      return finish(job)
    case 'register':
      return register(job)
    case 'check-record':
      return checkRecord(job)
  }
}

function start(job: StartJob): JobResult {
  const { serverLoginState, loginResponse } = server.startLogin({
    serverSetup,
    userIdentifier: job.credential,
    registrationRecord: job.record ?? decoy.record,
    startLoginRequest: job.startLoginRequest,
    identifiers: { ...job.identifiers },
  })
  return { kind: 'started', serverLoginState, loginResponse }
}

function finish(job: FinishJob): JobResult {
  const { sessionKey } = server.finishLogin({
    serverLoginState: job.serverLoginState,
    finishLoginRequest: job.finishLoginRequest,
    identifiers: { ...job.identifiers },
  })
  return { kind: 'finished', sessionKey }
}

function register(job: RegisterJob): JobResult {
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier: job.credential,
    registrationRequest: job.registrationRequest,
  })
  return { kind: 'registered', registrationResponse }
}

function checkRecord(job: CheckRecordJob): JobResult {
  server.startLogin({
    serverSetup,
    userIdentifier: decoyCredential,
    registrationRecord: job.record,
    startLoginRequest: decoy.startLoginRequest,
  })
  return { kind: 'record-good' }
}

/**
 * A registration of a password that nobody knows. RFC 9807 section 10.9 has a made-up record stand in where there is none; the
 * library's own skips reading a record, which is 5 µs faster, and an attacker with patience can count those.
 */
function makeDecoy() {
  const password = randomUUID()
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier: decoyCredential,
    registrationRequest,
  })
  const { registrationRecord } = client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState,
    // The least that Argon2id takes (RFC 9106 section 3.1): 122 random bits need no stretching.
    keyStretching: { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } },
  })
  const { startLoginRequest } = client.startLogin({ password })
  return { record: registrationRecord, startLoginRequest }
}

/**
 * The library says everything by exceptions; only the step in its message tells the client's fault from ours. What
 * names no step is a WebAssembly module that trapped and may be left in any state: the worker ends.
 */
function judge(thrown: unknown, job: Job): JobResult {
  const step =
    thrown instanceof Error ? /^opaque protocol error at "([^"]+)"/.exec(thrown.message)?.[1] : undefined
  if (step === undefined) throw thrown
  switch (step) {
    case 'deserialize startLoginRequest':
    case 'deserialize finishLoginRequest':
    case 'deserialize registrationRequest':
      return { kind: 'rejected', why: 'malformed' }
    case 'deserialize registrationRecord':
      // At a login the record is our own, and a damaged one no fault of the client's.
      return job.kind === 'check-record'
        ? { kind: 'rejected', why: 'malformed' }
        : { kind: 'failed', message: step }
    case 'finish server login':
      return { kind: 'rejected', why: 'wrong-proof' }
    default:
      return { kind: 'failed', message: step }
  }
}

if (parentPort === null) throw new TypeError('opaque-worker.ts runs as a worker only')
const port = parentPort
await ready
const decoy = makeDecoy()
port.on('message', (job: Job) => {
  port.postMessage(run(job))
})
