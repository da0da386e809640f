/** The login page's script: joins form, OPAQUE worker and gate. */
import { againParameter, forParameter, paths, returnToParameter, safeReturnPath } from 'sekisho/contract'
import { askSession } from '../ask-session.ts'
import { postJson } from '../ceremony/ask-gate.ts'
import { OpaqueClient } from '../ceremony/opaque-client.ts'
import type { Outcome } from '../ceremony/outcome.ts'
import { signIn } from '../ceremony/sign-in.ts'
import { formWords } from '../form/form-words.ts'
import { canDoOpaque, surroundForm } from '../form/surroundings.ts'
import { chooseLanguage } from '../language.ts'
import { codeField, keyOfApp } from '../away/fragments.ts'
import { loginKeys, type LoginKeys } from '../proof/login-key.ts'
import { tellOtherTabs } from '../session-channel.ts'
import { LoginForm } from './login-form.ts'
import { loginWords } from './login-words.ts'

/** Put in by the build, so that nothing in the document decides which script runs. */
declare const opaqueWorkerUrl: string

const lang = chooseLanguage(document.documentElement.lang)
const words = loginWords[lang]
const login = new LoginForm(words, formWords[lang])

/** A fragment survives the redirect to this page, so it goes back with the path. */
function whereTo(): string {
  const returnTo = new URLSearchParams(location.search).get(returnToParameter)
  return safeReturnPath(returnTo) + location.hash
}

async function leave(): Promise<void> {
  tellOtherTabs()
  // Who keeps no cookies would be led back here without a word, time and again.
  if ((await askSession()).kind === 'ended') return login.turnAway(words.cookieless, whereTo())
  location.replace(whereTo())
}

/** At a login host: which app somebody signs in to. The gate gives this page out for no other origin. */
const app = new URLSearchParams(location.search).get(forParameter)

function handOver(code: string): void {
  // `again`: whoever is signed in there already would be led into the app, and the fragment with them.
  if (app !== null) location.replace(`${app}${paths.enter}?${againParameter}#${codeField}=${code}`)
}

/** The key stays where it was made, in the app's origin; here its public half is bound to the login. */
function keysOf(origin: string): LoginKeys {
  const publicKey = keyOfApp(location.hash)
  return {
    origin,
    make: () =>
      publicKey === undefined
        ? Promise.reject(new TypeError('There is no key to bind.'))
        : Promise.resolve({ alg: 'ecdsa-p256-sha256', publicKey, isElsewhere: true }),
    keep: () => Promise.resolve(),
  }
}

function show(outcome: Outcome): void {
  switch (outcome.kind) {
    case 'signed-in':
    case 'handed-over':
      login.form.say(words.opening, 'calm')
      login.form.clear()
      return outcome.kind === 'signed-in' ? void leave() : handOver(outcome.code)
    case 'refused':
      return login.refuse()
    case 'keyless':
      return login.turnAway(words.keyless, whereTo())
    default:
      return login.form.showTrouble(outcome)
  }
}

function start(): void {
  surroundForm()
  // From a link or a bookmark: the way here begins at the app, which makes the key.
  if (app !== null && keyOfApp(location.hash) === undefined) return location.replace(`${app}/`)
  if (!canDoOpaque()) return show({ kind: 'unsupported' })
  const opaque = new OpaqueClient(opaqueWorkerUrl)
  login.open((typed) => {
    login.form.busy()
    const by = app === null ? { keys: loginKeys } : { keys: keysOf(app), for: app }
    void signIn(typed, { opaque, post: postJson, ...by }).then(show)
  })
}

start()
