/** The join page's script: an invitation's secret, a new password, OPAQUE's registration, and the first sign-in. */
import { paths, type JoinLooked } from 'sekisho/contract'
import { postJson } from '../ceremony/ask-gate.ts'
import { join, lookAtInvitation } from '../ceremony/join.ts'
import { OpaqueClient } from '../ceremony/opaque-client.ts'
import type { JoinOutcome } from '../ceremony/outcome.ts'
import { signIn, type Credentials } from '../ceremony/sign-in.ts'
import { formWords } from '../form/form-words.ts'
import { canDoOpaque, surroundForm } from '../form/surroundings.ts'
import { chooseLanguage } from '../language.ts'
import { NewPassword } from '../password/new-password.ts'
import { PasswordJudge } from '../password/password-judge.ts'
import { passwordWords } from '../password/password-words.ts'
import { loginKeys } from '../proof/login-key.ts'
import { tellOtherTabs } from '../session-channel.ts'
import { startWorker } from '../trusted-worker.ts'
import { JoinPage } from './join-page.ts'
import { joinWords } from './join-words.ts'
import { takeInvitation } from './take-invitation.ts'

/** Put in by the build, so that nothing in the document decides which scripts run. */
declare const opaqueWorkerUrl: string
declare const guessingWorkerUrl: string

const lang = chooseLanguage(document.documentElement.lang)
const words = joinWords[lang]
const judge = new PasswordJudge(() => startWorker(guessingWorkerUrl, 'sekisho-guessing'))
const password = new NewPassword(passwordWords[lang], formWords[lang], judge)
const page = new JoinPage(words, formWords[lang], password)

/** An ordinary sign-in: the registration by itself opens nothing. */
async function enter(credentials: Credentials, opaque: OpaqueClient): Promise<void> {
  page.form.say(words.opening, 'calm')
  const { kind } = await signIn(credentials, { opaque, post: postJson, keys: loginKeys })
  password.clear()
  tellOtherTabs()
  // Whoever could not be signed in has a password now, and can try by hand.
  location.replace(kind === 'signed-in' ? '/' : paths.login)
}

function show(outcome: Exclude<JoinOutcome, { kind: 'joined' }>, retry: () => void): void {
  switch (outcome.kind) {
    case 'invalid':
    case 'insecure':
      return page.showNoForm(outcome, retry)
    default:
      return page.form.showTrouble(outcome)
  }
}

async function submit(invitation: string, { username }: JoinLooked, opaque: OpaqueClient): Promise<void> {
  page.form.busy()
  const taken = await password.take()
  if (typeof taken !== 'string') return page.form.object(taken)
  const outcome = await join({ invitation, username, password: taken }, opaque, postJson)
  if (outcome.kind === 'joined') return enter({ username, password: taken }, opaque)
  show(outcome, () => location.reload())
}

async function look(invitation: string): Promise<void> {
  const looked = await lookAtInvitation(invitation, postJson)
  if (looked.kind !== 'looked') return page.showNoForm(looked, () => void look(invitation))
  const opaque = new OpaqueClient(opaqueWorkerUrl)
  page.showInvitation(looked.invitation)
  page.form.open(() => void submit(invitation, looked.invitation, opaque))
}

function start(): void {
  const invitation = takeInvitation(window)
  // Another link opened in this tab changes nothing but the fragment.
  addEventListener('hashchange', () => location.reload())
  surroundForm(invitation === undefined ? '' : `#${invitation}`)
  if (invitation === undefined) return page.showNoForm({ kind: 'again' }, () => undefined)
  if (!canDoOpaque()) return page.showNoForm({ kind: 'unsupported' }, () => undefined)
  void look(invitation)
}

start()
