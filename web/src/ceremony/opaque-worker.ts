/**
 * The OPAQUE worker: the only file whose response carries `'wasm-unsafe-eval'`, and apart from the page because
 * Argon2id would freeze it.
 */
import { client, ready } from '@serenity-kit/opaque'
import { OpaqueAttempt } from './opaque-attempt.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

const attempt = new OpaqueAttempt(client)

function say(message: FromWorker): void {
  postMessage(message)
}

function answer(message: ToWorker): FromWorker | undefined {
  switch (message.kind) {
    case 'begin':
      return { kind: 'begun', startLoginRequest: attempt.begin(message.password) }
    case 'finish': {
      const login = attempt.finish(message.answer, message.enrolment)
      return login === undefined ? { kind: 'finished' } : { kind: 'finished', login }
    }
    case 'begin-registration':
      return {
        kind: 'registration-begun',
        registrationRequest: attempt.beginRegistration(message.password),
      }
    case 'finish-registration':
      return { kind: 'registered', registrationRecord: attempt.finishRegistration(message.answer) }
    case 'forget':
      attempt.forget()
      return undefined
  }
}

addEventListener('message', (event: MessageEvent<ToWorker>) => {
  try {
    const reply = answer(event.data)
    if (reply !== undefined) say(reply)
  } catch {
    attempt.forget()
    say({ kind: 'broken' })
  }
})

ready.then(
  () => say({ kind: 'ready' }),
  () => say({ kind: 'unsupported' }),
)
