/** The account page's script: who is signed in, another password, sign-out. */
import '../proof/sign-own-page.ts'
import { normalizePassword, paths } from 'sekisho/contract'
import { askSession, endSession } from '../ask-session.ts'
import { postJson } from '../ceremony/ask-gate.ts'
import { askPasswordRules, changePassword, type PasswordChange } from '../ceremony/change-password.ts'
import { OpaqueClient } from '../ceremony/opaque-client.ts'
import type { ChangeOutcome } from '../ceremony/outcome.ts'
import { signIn } from '../ceremony/sign-in.ts'
import { formWords } from '../form/form-words.ts'
import { canDoOpaque, offerLanguage, surroundForm } from '../form/surroundings.ts'
import { chooseLanguage } from '../language.ts'
import { NewPassword } from '../password/new-password.ts'
import { PasswordJudge } from '../password/password-judge.ts'
import { passwordWords } from '../password/password-words.ts'
import { loginKeys } from '../proof/login-key.ts'
import { tellOtherTabs } from '../session-channel.ts'
import { startWorker } from '../trusted-worker.ts'
import { AccountPage } from './account-page.ts'
import { accountWords } from './account-words.ts'

/** Put in by the build, so that nothing in the document decides which scripts run. */
declare const opaqueWorkerUrl: string
declare const guessingWorkerUrl: string

const lang = chooseLanguage(document.documentElement.lang)
const words = accountWords[lang]
const judge = new PasswordJudge(() => startWorker(guessingWorkerUrl, 'sekisho-guessing'))
const password = new NewPassword(passwordWords[lang], formWords[lang], judge)
const page = new AccountPage(words, formWords[lang], password)

function show(outcome: Exclude<ChangeOutcome, { kind: 'changed' }>): void {
  switch (outcome.kind) {
    case 'wrong-current':
      page.current.clear()
      return page.form.object({ text: words.wrongCurrent, input: page.current.input })
    case 'signed-out':
      page.form.close()
      return page.form.say(words.signedOut, 'trouble')
    case 'insecure':
      page.form.close()
      return page.form.say(words.insecure, 'trouble')
    default:
      return page.form.showTrouble(outcome)
  }
}

/** Every session of the account has ended, this page's too. */
async function signInAgain({ username, wanted }: PasswordChange, opaque: OpaqueClient): Promise<void> {
  const { kind } = await signIn({ username, password: wanted }, { opaque, post: postJson, keys: loginKeys })
  tellOtherTabs()
  if (kind !== 'signed-in') return location.replace(paths.login)
  forgetReason()
  const seen = await askSession()
  page.showChanged(seen.kind === 'open' ? seen.state : undefined)
}

/** What brought somebody here is over: a page loaded again must not say it any more. */
function forgetReason(): void {
  const query = new URLSearchParams(location.search)
  query.delete('reason')
  history.replaceState(null, '', query.size === 0 ? location.pathname : `?${query.toString()}`)
  offerLanguage()
}

async function submit(username: string, opaque: OpaqueClient): Promise<void> {
  const current = page.current.typed
  if (current === '') return page.form.object({ text: words.emptyCurrent, input: page.current.input })
  page.form.busy()
  const wanted = await password.take()
  if (typeof wanted !== 'string') return page.form.object(wanted)
  if (wanted === normalizePassword(current))
    return page.form.object({ text: words.same, input: password.input })
  const change = { username, current, wanted }
  const outcome = await changePassword(change, opaque, postJson)
  if (outcome.kind === 'changed') return signInAgain(change, opaque)
  show(outcome)
}

async function signOut(): Promise<void> {
  page.signingOut('busy')
  if (!(await endSession())) return page.signingOut('failed')
  tellOtherTabs()
  location.replace(paths.login)
}

async function start(): Promise<void> {
  surroundForm()
  page.signOut.addEventListener('click', () => void signOut())
  const [seen, rules] = await Promise.all([askSession(), askPasswordRules()])
  if (seen.kind === 'ended') return location.replace(paths.login)
  if (seen.kind === 'unknown') return page.showNothing()
  const { username } = seen.state
  page.showSession(seen.state, new URLSearchParams(location.search).get('reason') === 'expired')
  if (username === undefined) return
  if (rules === undefined) return page.showNothing()
  page.showForm(rules)
  if (!canDoOpaque()) return page.form.showTrouble({ kind: 'unsupported' })
  const opaque = new OpaqueClient(opaqueWorkerUrl)
  page.form.open(() => void submit(username, opaque))
}

void start()
