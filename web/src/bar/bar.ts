/** The script that the gate puts into the app's pages: hangs up the bar, keeps it there, watches the session. */
import { chooseLanguage } from '../language.ts'
import { whenOtherTabsTell } from '../session-channel.ts'
import { askSession } from '../ask-session.ts'
import { barWords } from './bar-words.ts'
import { readRequest } from './read-request.ts'
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
function watchRequests(watch: SessionWatch): void {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!(entry instanceof PerformanceResourceTiming)) continue
      const occasion = readRequest(new URL(entry.name), entry.responseStatus, location.origin)
      if (occasion !== undefined) watch.notice(occasion)
    }
  }).observe({ type: 'resource' })
}

function start(wish: string | undefined): void {
  const lang = chooseLanguage(wish, document.documentElement.lang, navigator.language)
  const bar = new SessionBar(barWords[lang], lang)
  const watch = new SessionWatch(askSession, (seen) => bar.show(seen))
  keepAttached(bar)
  watch.notice('look')
  watchRequests(watch)
  whenOtherTabsTell(() => watch.notice('news'))
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

if (document.querySelector(barTag) === null && !hasBarAbove()) start(document.currentScript?.dataset['lang'])
