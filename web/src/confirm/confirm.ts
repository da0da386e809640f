/** The confirmation window's script: takes the password for what a ticket says, tells the page that waits, and is gone. */
import '../proof/sign-own-page.ts'
import { forParameter, paths, returnToParameter, safeReturnPath, type ConfirmLooked } from 'sekisho/contract'
import { writeConfirmed } from '../away/fragments.ts'
import { postJson } from '../ceremony/ask-gate.ts'
import { askWhatFor, atLoginHost, besideApp, confirm, type ConfirmOutcome } from '../ceremony/confirm.ts'
import { OpaqueClient } from '../ceremony/opaque-client.ts'
import { describeTrouble, formWords } from '../form/form-words.ts'
import { canDoOpaque, surroundForm } from '../form/surroundings.ts'
import { chooseLanguage } from '../language.ts'
import { tellConfirmation, type Confirmation } from '../step-up/confirmation-channel.ts'
import { ConfirmPage } from './confirm-page.ts'
import { confirmWords } from './confirm-words.ts'

/** Put in by the build, so that nothing in the document decides which script runs. */
declare const opaqueWorkerUrl: string

const lang = chooseLanguage(document.documentElement.lang)
const words = confirmWords[lang]
const page = new ConfirmPage(words, formWords[lang])
const ticket = location.hash.slice(1)

const query = new URLSearchParams(location.search)
/** At a login host: the app that asks. The gate gives this page out for no other origin. */
const app = location.pathname === paths.away ? query.get(forParameter) : null
const at = app === null ? besideApp : atLoginHost

/** Tells the page that waits: by its own origin, so from a login host by the way back there. */
function leave(confirmation: Confirmation): void {
  const returnTo = query.get(returnToParameter)
  if (app !== null) {
    const back =
      returnTo === null ? '' : `?${new URLSearchParams({ [returnToParameter]: returnTo }).toString()}`
    return location.replace(`${app}${paths.confirm}${back}#${writeConfirmed(confirmation)}`)
  }
  tellConfirmation(confirmation)
  if (returnTo !== null) return location.replace(safeReturnPath(returnTo))
  page.end(words.confirmed)
  window.close()
}

/**
 * The call that waits with this ticket is sent again, and asks with another one if it still has to; so only where the ticket was the
 * gate's own. What an address led here for is opened again.
 */
function tellOver(): void {
  if (query.has(returnToParameter)) return page.end(words.over)
  const over: Confirmation = { ticket, what: 'call' }
  if (app !== null) return leave(over)
  tellConfirmation(over)
  page.end(words.overWaits)
}

function show(outcome: ConfirmOutcome, { what }: ConfirmLooked): void {
  switch (outcome.kind) {
    case 'confirmed': {
      const { code } = outcome
      return leave(code === undefined ? { ticket, what } : { ticket, what, code })
    }
    case 'wrong-password':
      return page.refuse()
    case 'over':
      return tellOver()
    case 'never-asked':
      return page.end(words.over)
    case 'signed-out':
      return page.end(words.signedOut)
    default:
      return page.form.showTrouble(outcome)
  }
}

async function start(): Promise<void> {
  surroundForm()
  const asked = await askWhatFor({ at, ticket }, postJson)
  switch (asked.kind) {
    case 'asked':
      break
    case 'over':
      return tellOver()
    case 'never-asked':
      return page.end(words.over)
    case 'signed-out':
      return app === null ? location.replace(paths.login) : page.end(words.signedOut)
    default:
      return page.end(describeTrouble(asked, formWords[lang]))
  }
  page.show(asked)
  if (!canDoOpaque()) return page.form.showTrouble({ kind: 'unsupported' })
  const opaque = new OpaqueClient(opaqueWorkerUrl)
  page.open((password) => {
    page.form.busy()
    void confirm({ at, ticket, username: asked.username, password }, opaque, postJson).then((outcome) =>
      show(outcome, asked),
    )
  })
}

void start()
