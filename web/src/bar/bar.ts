/** The script that the gate puts into the app's pages: hangs up the bar, keeps it there, watches the session. */
import { chooseLanguage } from '../language.ts'
import { sameEvent, whenAsked, type Asked } from '../ask-page.ts'
import { whenOtherTabsTell } from '../session-channel.ts'
import { askSession } from '../ask-session.ts'
import { isSigning, whenLost } from '../proof/lost-proof.ts'
import { stepUpEvent, type StepUpRequest } from '../step-up/after-step-up.ts'
import { whenConfirmed } from '../step-up/confirmation-channel.ts'
import { passDeedsOn } from '../step-up/own-deeds.ts'
import { barWords } from './bar-words.ts'
import { readRequest } from './read-request.ts'
import { SamePerson } from './same-person.ts'
import { barTag, SessionBar } from './session-bar.ts'
import { SessionWatch } from './session-watch.ts'

/** Gradio and its custom components rebuild what they own; the bar belongs to nobody but the document. */
function keepAttached(bar: SessionBar): void {
  const root = document.documentElement
  root.append(bar.host)
  new MutationObserver(() => {
    // In the next frame, so that two scripts that disagree can't hang the page.
    if (bar.host.isConnected) return
    requestAnimationFrame(() => {
      root.append(bar.host)
      bar.restore()
    })
  }).observe(root, { childList: true })
}

/** What this page's own requests tell about the session, without asking anything. */
function watchRequests(watch: SessionWatch, bar: SessionBar): void {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!(entry instanceof PerformanceResourceTiming)) continue
      const occasion = readRequest(new URL(entry.name), entry.responseStatus, location.origin)
      if (occasion !== undefined) watch.notice(occasion)
      if (entry.responseStatus === 401 && occasion === 'refusal' && !isSigning()) bar.showBlocked()
    }
  }).observe({ type: 'resource' })
}

/** A call that the gate wants to see confirmed, sent by this page. */
function watchStepUps(bar: SessionBar, person: SamePerson): void {
  whenAsked<StepUpRequest>(stepUpEvent, (request) => bar.waiting.add(request))
  // Whoever signed in meanwhile may have confirmed something of theirs, which isn't what waits here.
  whenConfirmed((confirmation) => {
    void person.compare().then((now) => {
      if (now === 'same') bar.waiting.confirm(confirmation)
      // While nobody can tell, what waits goes on waiting: the password may be given once more.
      if (now === 'other') bar.waiting.declineAll()
    })
  })
}

/** Calls that wait for a key that was lost. */
function watchLostKey(bar: SessionBar, person: SamePerson): void {
  whenLost((lost) => {
    if (lost) person.lose()
    bar.showUnproven(lost)
  })
  whenAsked<Asked<boolean>>(sameEvent, ({ settle }) => void person.isLoser().then(settle))
}

function start(wish: string | undefined): void {
  const lang = chooseLanguage(wish, document.documentElement.lang, navigator.language)
  const bar = new SessionBar(barWords[lang], lang)
  const person = new SamePerson(askSession)
  const watch = new SessionWatch(askSession, (seen) => {
    if (person.see(seen)) bar.waiting.declineAll()
    bar.show(seen)
  })
  keepAttached(bar)
  watch.notice('look')
  watchRequests(watch, bar)
  watchStepUps(bar, person)
  watchLostKey(bar, person)
  whenOtherTabsTell(() => {
    // Whoever signed in anew may want what they cancelled before.
    bar.waiting.noticeDeed()
    watch.notice('news')
  })
  addEventListener('focus', () => watch.notice('look'))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') watch.notice('look')
  })
  addEventListener('pageshow', (event) => {
    if (event.persisted) watch.notice('news')
  })
}

/** A page that a component loads into a frame of this origin needs no second bar. */
function hasBarAbove(): boolean {
  try {
    return window.parent !== window && window.parent.document.querySelector(barTag) !== null
  } catch {
    return false
  }
}

if (hasBarAbove()) passDeedsOn(window.parent)
else if (document.querySelector(barTag) === null) start(document.currentScript?.dataset['lang'])
