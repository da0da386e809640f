/** The corner button of a signed-in page: who, how long, sign out. It hangs beside the app's body, in a shadow of its own. */
import { paths, type SessionState } from 'sekisho/contract'
import { tellOtherTabs } from '../session-channel.ts'
import { formatTimeLeft } from '../time-left.ts'
import { endSession } from '../ask-session.ts'
import type { BarWords } from './bar-words.ts'
import { restoreDialog } from './dialog.ts'
import { isEmbedded } from './embedded.ts'
import { make, makeButton, makeIcon } from '../make.ts'
import { markPath, markViewBox } from './mark.ts'
import type { Seen } from './session-watch.ts'
import { loginUrl, SignedOutDialog } from './signed-out-dialog.ts'
import { StepUpDialog } from '../step-up/step-up-dialog.ts'
import { watchDeeds } from '../step-up/own-deeds.ts'
import { WaitingCalls } from '../step-up/waiting-calls.ts'
import { isTucked, rememberTucked } from './tucked.ts'

/** `pages/bar.css`, put in by the build. */
declare const barStyle: string

/** A valid custom element name (HTML, 4.13.3), so that it may have a shadow. */
export const barTag = 'sekisho-bar'

export class SessionBar {
  readonly host: HTMLElement
  /** Calls that wait for the password. */
  readonly waiting: WaitingCalls
  readonly #words: BarWords
  readonly #knob: HTMLButtonElement
  readonly #panel: HTMLElement
  readonly #who = make('p', { class: 'who' })
  readonly #left = make('p', { class: 'left' })
  readonly #trouble = make('p', { class: 'trouble', role: 'status' })
  readonly #account: HTMLAnchorElement
  readonly #signOut: HTMLButtonElement
  readonly #signIn: HTMLAnchorElement
  readonly #dialog: SignedOutDialog
  readonly #stepUp: StepUpDialog
  /** When the session ends, in the browser's clock. */
  #endsAt: number | undefined
  #leaving = false
  /** Of the shared password; until it is known, too: that text promises less. */
  #guest = true
  #unproven = false
  #blocked = false

  constructor(words: BarWords, lang: string) {
    this.#words = words
    const says = { 'aria-label': words.open, title: words.open }
    this.#knob = make(
      'button',
      { class: 'knob', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'panel', ...says },
      makeIcon(markViewBox, markPath),
    )
    this.#account = make('a', { class: 'plain', href: paths.account, hidden: '' }, words.account)
    this.#signOut = makeButton('main', words.signOut)
    this.#signIn = make('a', { class: 'main', hidden: '' }, words.signInAgain)
    const tuck = makeButton('quiet', words.tuck)
    this.#panel = make(
      'div',
      { id: 'panel', class: 'panel', role: 'group', 'aria-label': words.open, hidden: '' },
      this.#who,
      this.#left,
      ...(isSecureContext ? [] : [make('p', { class: 'left' }, words.plain)]),
      this.#signIn,
      this.#signOut,
      // No page for a frame of another site.
      ...(isEmbedded() ? [] : [this.#account]),
      this.#trouble,
      tuck,
    )
    this.#dialog = new SignedOutDialog(words)
    this.#stepUp = new StepUpDialog(words, lang, () => {
      if (isEmbedded()) this.waiting.declineForGood()
      else this.waiting.decline()
    })
    this.host = document.createElement(barTag)
    this.waiting = new WaitingCalls((request) => this.#stepUp.show(request))
    watchDeeds(this.host, () => this.waiting.noticeDeed())
    this.host.lang = lang
    this.#fill()
    this.#knob.addEventListener('click', () => this.#open(this.#panel.hasAttribute('hidden')))
    this.#signOut.addEventListener('click', () => void this.#leave())
    tuck.addEventListener('click', () => {
      this.#tuck(true)
      this.#open(false)
      this.#knob.focus()
    })
    this.#tuck(isTucked())
  }

  show(seen: Seen): void {
    if (seen.kind === 'unknown' || this.#leaving) return
    const open = seen.kind === 'open'
    if (open) this.#guest = seen.state.principal === 'guest'
    this.#endsAt = open ? Date.now() + seen.state.endsIn * 1000 : undefined
    this.#who.textContent = open ? this.#nameOf(seen.state) : this.#words.signedOut
    this.#account.hidden = !open || seen.state.username === undefined
    this.#signOut.hidden = !open
    this.#signIn.hidden = open && !this.#unproven
    this.#sayTimeLeft()
    if (open && !this.#unproven && !this.#blocked) return this.#dialog.hide()
    if (open) return
    this.#open(false)
    this.#dialog.show('ended', this.#guest)
  }

  /** Whether what this page asks for is refused although somebody is signed in. */
  showUnproven(unproven: boolean): void {
    if (this.#unproven === unproven) return
    this.#unproven = unproven
    if (this.#ended) return
    this.#signIn.hidden = !unproven
    if (unproven) this.#dialog.show('unproven', this.#guest)
    else this.#dialog.hide()
  }

  /** Requests are refused, and the script that would sign them isn't there. */
  showBlocked(): void {
    if (this.#blocked || this.#ended) return
    this.#blocked = true
    this.#dialog.show('blocked', this.#guest)
  }

  get #ended(): boolean {
    return this.#signOut.hidden !== false
  }

  /** After the host was taken out of the document and put back. */
  restore(): void {
    for (const { element } of [this.#dialog, this.#stepUp]) restoreDialog(element)
  }

  #fill(): void {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(barStyle)
    const shadow = this.host.attachShadow({ mode: 'open' })
    shadow.adoptedStyleSheets = [sheet]
    for (const part of [this.#knob, this.#panel, this.#dialog.element, this.#stepUp.element]) {
      // `all`, which keeps the app's styles off the host, takes its language away too in Chromium (`-webkit-locale`).
      part.lang = this.host.lang
      shadow.append(part)
    }
    // The app's own shortcuts are not meant for what happens in here.
    for (const kind of ['keydown', 'keyup', 'keypress'] as const) {
      this.host.addEventListener(kind, (event) => event.stopPropagation())
    }
    shadow.addEventListener('keydown', (event) => {
      if (!(event instanceof KeyboardEvent) || event.key !== 'Escape' || this.#panel.hidden) return
      this.#open(false)
      this.#knob.focus()
    })
    document.addEventListener('pointerdown', (event) => {
      if (!event.composedPath().includes(this.host)) this.#open(false)
    })
  }

  #open(wanted: boolean): void {
    if (wanted) {
      this.#tuck(false)
      this.#signIn.href = loginUrl(location, this.#unproven ? 'unproven' : 'ended')
      this.#sayTimeLeft()
    }
    this.#panel.hidden = !wanted
    this.#knob.setAttribute('aria-expanded', String(wanted))
  }

  #nameOf({ username = 'guest' }: SessionState): string {
    return this.#words.signedInAs.replace('{name}', username)
  }

  #sayTimeLeft(): void {
    this.#left.hidden = this.#endsAt === undefined
    if (this.#endsAt === undefined) return
    const left = formatTimeLeft((this.#endsAt - Date.now()) / 1000, this.#words)
    this.#left.textContent = this.#words.endsIn.replace('{time}', left)
  }

  #tuck(tucked: boolean): void {
    this.host.toggleAttribute('data-tucked', tucked)
    rememberTucked(tucked)
  }

  async #leave(): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    this.#signOut.setAttribute('aria-disabled', 'true')
    this.#signOut.textContent = this.#words.signingOut
    this.#trouble.textContent = ''
    if (await endSession()) {
      tellOtherTabs()
      location.replace(paths.login)
      return
    }
    this.#leaving = false
    this.#signOut.removeAttribute('aria-disabled')
    this.#signOut.textContent = this.#words.signOut
    this.#trouble.textContent = this.#words.signOutFailed
  }
}
