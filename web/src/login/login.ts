/** The login page's script: joins form, OPAQUE worker and gate. */
import { returnToParameter, safeReturnPath } from 'sekisho/contract'
import { postJson } from '../ceremony/ask-gate.ts'
import { OpaqueClient } from '../ceremony/opaque-client.ts'
import type { Outcome } from '../ceremony/outcome.ts'
import { signIn } from '../ceremony/sign-in.ts'
import { formWords } from '../form/form-words.ts'
import { canDoOpaque, offerLanguage, reloadWhenBack, showHost } from '../form/surroundings.ts'
import { chooseLanguage } from '../language.ts'
import { tellOtherTabs } from '../session-channel.ts'
import { LoginForm } from './login-form.ts'
import { loginWords } from './login-words.ts'

/** Put in by the build, so that nothing in the document decides which script runs. */
declare const opaqueWorkerUrl: string

const lang = chooseLanguage(document.documentElement.lang)
const words = loginWords[lang]
const login = new LoginForm(words, formWords[lang])

function leave(): void {
  tellOtherTabs()
  const returnTo = new URLSearchParams(location.search).get(returnToParameter)
  // A fragment survives the redirect to this page, so it goes back with the path.
  location.replace(safeReturnPath(returnTo) + location.hash)
}

function show(outcome: Outcome): void {
  switch (outcome.kind) {
    case 'signed-in':
      login.form.say(words.opening, 'calm')
      login.form.clear()
      return leave()
    case 'refused':
      return login.refuse()
    case 'paced':
    case 'busy':
    case 'unreachable':
    case 'weakened':
    case 'unsupported':
    case 'faulty':
      return login.form.showTrouble(outcome)
  }
}

function start(): void {
  showHost()
  offerLanguage()
  reloadWhenBack()
  if (!canDoOpaque()) return show({ kind: 'unsupported' })
  const opaque = new OpaqueClient(opaqueWorkerUrl)
  login.open((typed) => {
    login.form.busy()
    void signIn(typed, opaque, postJson).then(show)
  })
}

start()
