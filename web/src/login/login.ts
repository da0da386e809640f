/** The login page's script: joins form, OPAQUE worker and gate. */
import {
  languageParameter,
  returnToParameter,
  safeReturnPath,
  type LoginFinish,
  type LoginStart,
} from 'sekisho/contract'
import { chooseLanguage } from '../language.ts'
import { tellOtherTabs } from '../session-channel.ts'
import { LoginForm } from './login-form.ts'
import { OpaqueClient } from './opaque-client.ts'
import type { Outcome } from './outcome.ts'
import { signIn } from './sign-in.ts'
import { describeOutcome, loginWords } from './status.ts'

/** Put in by the build, so that nothing in the document decides which script runs. */
declare const opaqueWorkerUrl: string

const answerWithinMs = 30_000

const words = loginWords[chooseLanguage(document.documentElement.lang)]
const returnTo = new URLSearchParams(location.search).get(returnToParameter)
const form = new LoginForm(words)

function post(path: string, body: LoginStart | LoginFinish): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  })
}

function leave(): void {
  tellOtherTabs()
  // A fragment survives the redirect to this page, so it goes back with the path.
  location.replace(safeReturnPath(returnTo) + location.hash)
}

function show(outcome: Outcome): void {
  form.say(describeOutcome(outcome, words), outcome.kind === 'signed-in' ? 'calm' : 'trouble')
  switch (outcome.kind) {
    case 'signed-in':
      form.clear()
      return leave()
    case 'paced':
    case 'busy':
      // The password was not tried, so nobody has to type it twice.
      return form.pause(outcome.waitSeconds)
    case 'unreachable':
    case 'faulty':
      return form.again()
    case 'refused':
      form.clear()
      form.again()
      return form.markWrong()
    case 'weakened':
    case 'unsupported':
      return form.close()
  }
}

function showSurroundings(): void {
  const host = document.getElementById('host')
  if (host !== null) {
    host.textContent = location.host
    host.hidden = false
  }
  const language = document.getElementById('language')
  if (language instanceof HTMLAnchorElement) {
    const query = new URLSearchParams({ [languageParameter]: language.hreflang })
    if (returnTo !== null) query.set(returnToParameter, safeReturnPath(returnTo))
    language.href = `?${query.toString()}${location.hash}`
  }
}

function start(): void {
  showSurroundings()
  if (typeof WebAssembly === 'undefined' || typeof Worker === 'undefined')
    return show({ kind: 'unsupported' })
  const opaque = new OpaqueClient(opaqueWorkerUrl)
  form.open((typed) => {
    form.busy()
    void signIn(typed, opaque, post).then(show)
  })
}

// A page that comes back from the back-forward cache may hold what was typed before.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})

start()
