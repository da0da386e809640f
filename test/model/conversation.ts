/** One random conversation with the real login and the real proof, step by step, under the rules of the ledger. */
import type { LoginFinish } from '../../src/contract/contract.ts'
import { isRefusal } from '../../src/refusals.ts'
import { bobsPassword, knock, password, type Knocked, type LoginRig } from '../rig/login-rig.ts'
import { askerAt, Browser, finishLogin, originAt, plain, secure, type Asked } from './browser.ts'
import { GateSteps, type Arrived, type Planted } from './gate-steps.ts'
import type { ModelKey } from './keys.ts'
import { Broken, Ledger } from './ledger.ts'
import type { Message, Site, Wanted } from './message.ts'
import { meddle } from './meddle.ts'
import type { Tally } from './run-model.ts'
import type { Step } from './steps.ts'
import { tampers } from './tampering.ts'

/** A login's last message, made by who knows the password. */
export interface ReadyLogin {
  readonly message: LoginFinish & Required<Pick<LoginFinish, 'key'>>
  readonly key: ModelKey
  readonly site: Site
}

/** The attacker's choice is among so many of the last messages: older ones have no challenge that is still good. */
const recent = { kept: 8, all: 100 }
/** After its first signature: as long as web/src/proof/prover.ts says. */
const repeatedForMs = 240_000
const endless = { burst: 1e9, intervalMs: 1 }
const paces = { address: endless, everyone: endless, knownBrowser: endless }

export class Conversation {
  readonly #rig: LoginRig
  readonly #gate: GateSteps
  readonly #countsOn: boolean
  readonly #ceremony
  readonly #tally: Tally
  readonly #ledger = new Ledger()
  readonly #begun: { readonly login: Knocked; readonly site: Site }[] = []
  /** All that went over the wire; the attacker has a copy of everything. */
  readonly #logins: ReadyLogin[] = []
  readonly #messages: Message[] = []
  /** Those of them that didn't arrive. */
  readonly #kept: Message[] = []
  /** Of which their browsers have heard nothing yet. */
  #waiting: { readonly browser: Browser; readonly asked: Asked; readonly since: number }[] = []
  readonly #browsers: Browser[] = []
  #own: Browser | undefined
  /** While it isn't, an honest call may have to wait until it is as late again as it was. */
  #isClockTrue = true
  /** How far the gate's clock was set back; nobody else's was. */
  #setBackBy = 0
  #sessions = 0

  constructor(rig: LoginRig, tally: Tally, planted?: Planted) {
    this.#rig = rig
    this.#tally = tally
    this.#gate = new GateSteps(rig, planted)
    this.#countsOn = planted?.countsOn === true
    this.#ceremony = rig.make({ paces })
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      // Two things never happen in the same millisecond; a challenge is a millisecond old when it is answered.
      this.#rig.now += 1
      this.#tally.steps++
      await this.#take(step)
      this.#ledger.checkSize(this.#gate.size, this.#sessions)
    }
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'knock':
        return this.#knock(step.plain ? plain : secure)
      case 'finish':
        return this.#finish(step)
      case 'sign in as oneself':
        return this.#signInAsOneself(step.plain ? plain : secure)
      case 'guess':
        return this.#guess()
      case 'meddle with a login':
        return this.#meddle(step)
      case 'ask':
        return this.#ask(step)
      case 'tamper':
        return this.#tamper(step)
      case 'say that it was refused':
        return this.#refuseFalsely(step.which)
      case 'ask a lot':
        return this.#askALot(step)
      case 'leave':
        return this.#leave(step.browser)
      case 'wait':
        this.#rig.now += step.ms
        return
      case 'set the clock back':
        this.#rig.now -= step.ms
        this.#setBackBy += step.ms
        this.#isClockTrue = false
        return
      case 'restart':
        // Which counters were used is forgotten.
        this.#waiting = []
        this.#gate.restart()
    }
  }

  async #knock(site: Site): Promise<void> {
    const login = await this.#begin(password, site)
    this.#begun.push({ login, site })
  }

  async #begin(typed: string, site: Site, username?: string): Promise<Knocked> {
    const knocked = knock(typed, username)
    const under = await this.#ceremony.start(knocked.body, askerAt(site))
    if (under.kind !== 'started') throw new Broken(`a login can't begin: ${under.code}`)
    return { ...knocked, answer: under.answer }
  }

  async #finish({ which, fate }: Extract<Step, { do: 'finish' }>): Promise<void> {
    const [begun] = this.#begun.splice(which % this.#begun.length, 1)
    if (begun === undefined) return
    const login = this.#prove(begun.login, begun.site, 'shared')
    this.#logins.push(login)
    const times = { kept: 0, arrives: 1, 'arrives many times at once': 5 }[fate]
    await Promise.all(
      Array.from({ length: times }, () => this.#arriveLogin(login, login.message, begun.site)),
    )
  }

  #prove(begun: Knocked, site: Site, account: string): ReadyLogin {
    const proved = finishLogin(begun, site)
    if (proved === undefined) throw new Broken('the right password is wrong')
    const { key, message } = proved
    this.#ledger.noteLogin(message.finishLoginRequest, { key, account, origin: originAt(site) })
    return { key, message, site }
  }

  /** Whoever it comes from: a session must be what the ledger says. */
  async #arriveLogin(login: ReadyLogin, message: unknown, site: Site): Promise<Browser | undefined> {
    const outcome = await this.#ceremony.finish(message, askerAt(site))
    if (isRefusal(outcome)) {
      this.#count(outcome.code)
      return undefined
    }
    if (outcome.kind === 'handed-over') throw new TypeError('There is no login host here.')
    this.#ledger.checkSession((message as LoginFinish).finishLoginRequest, outcome.session, originAt(site))
    this.#tally.sessions++
    this.#sessions++
    const { key } = login
    const [cookie = ''] = outcome.setCookies.map((line) => line.slice(0, line.indexOf(';')))
    const found = { key, cookie, site, session: outcome.session.id }
    const note = (signed: Message, of: string, asked?: Asked) => this.#ledger.noteSigned(signed, of, asked)
    const browser = new Browser(found, note, this.#countsOn)
    // Where the attacker's copy came first, the answer goes to the attacker: it has the cookie, the browser has the key.
    this.#browsers.push(browser)
    // As the page's script does when it begins.
    browser.hear((await this.#gate.arrive(bare(browser))).challenge, this.#rig.now)
    return browser
  }

  async #signInAsOneself(site: Site): Promise<void> {
    const begun = await this.#begin(bobsPassword, site, 'bob')
    const login = this.#prove(begun, site, this.#rig.bob.id)
    this.#logins.push(login)
    const browser = await this.#arriveLogin(login, login.message, site)
    if (browser === undefined) throw new Broken("the attacker can't sign in under its own name")
    this.#own = browser
    await this.#send(browser, 'submit', 'own', 0)
  }

  async #guess(): Promise<void> {
    this.#tally.hostile++
    const begun = await this.#begin('a wrong guess of a stranger', secure)
    if (finishLogin(begun, secure) !== undefined) throw new Broken('a wrong password is right')
    const last = this.#logins.at(-1)
    const { state } = begun.answer
    if (last !== undefined) await this.#arriveLogin(last, { ...last.message, state }, secure)
  }

  async #meddle({ which, with: other, how }: Extract<Step, { do: 'meddle with a login' }>): Promise<void> {
    const login = pick(this.#logins, which)
    const second = pick(this.#logins, other)
    if (login === undefined || second === undefined) return
    this.#tally.hostile++
    const { message, site } = meddle(how, login, second)
    await this.#arriveLogin(login, message, site)
  }

  async #ask({ browser: nth, document, wanted, fate }: Extract<Step, { do: 'ask' }>): Promise<void> {
    const browser = pick(this.#browsers, nth)
    if (browser === undefined) return
    const text = `${wanted}${String(this.#messages.length)}`
    if (fate === 'arrives') return this.#send(browser, wanted, text, document)
    const asked = browser.ask(wanted, text, document)
    const message = this.#make(browser, asked)
    if (fate === 'kept' || fate === 'unanswered') {
      this.#waiting.push({ browser, asked, since: this.#rig.now + this.#setBackBy })
      if (fate === 'kept') this.#kept.push(message)
      else await this.#arrive(message)
      return
    }
    const times = fate === 'arrives twice' ? 2 : 30
    this.#tally.hostile += times - 1
    const all = await Promise.all(Array.from({ length: times }, () => this.#arrive(message)))
    browser.hear(all[0]?.challenge, this.#rig.now)
  }

  /** As the page's script does: refused with a challenge, it repeats once. What arrives so is done. */
  async #send(browser: Browser, wanted: Wanted, text: string, document: number): Promise<void> {
    this.#tally.honest++
    const asked = browser.ask(wanted, text, document)
    let arrived = await this.#arrive(this.#make(browser, asked))
    browser.hear(arrived.challenge, this.#rig.now)
    if (arrived.kind === 'refused' && arrived.challenge !== undefined) {
      this.#rig.now += 1
      arrived = await this.#arrive(this.#make(browser, asked))
      browser.hear(arrived.challenge, this.#rig.now)
    }
    // A session may be over.
    if (arrived.kind === 'refused' && arrived.code !== 'login-required' && this.#isClockTrue)
      throw new Broken(`an honest call is refused: ${arrived.code}`)
  }

  async #refuseFalsely(which: number): Promise<void> {
    const [waiting] = this.#waiting.splice(which % this.#waiting.length, 1)
    if (waiting === undefined) return
    this.#tally.hostile++
    const { browser, asked, since } = waiting
    browser.hear((await this.#gate.arrive(bare(browser))).challenge, this.#rig.now)
    if (this.#rig.now + this.#setBackBy - since > repeatedForMs) return
    this.#rig.now += 1
    await this.#arrive(this.#make(browser, asked))
  }

  #make(browser: Browser, asked: Asked): Message {
    const message = browser.send(asked, this.#rig.now)
    this.#messages.push(message)
    return message
  }

  async #arrive(message: Message): Promise<Arrived> {
    const arrived = await this.#gate.arrive(message)
    if (arrived.kind === 'refused') this.#count(arrived.code)
    else {
      this.#ledger.checkDone(message, arrived.session)
      this.#tally.done++
    }
    return arrived
  }

  async #tamper({ which, with: pick, how }: Extract<Step, { do: 'tamper' }>): Promise<void> {
    const [among, most] = which % 2 === 0 ? [this.#kept, recent.kept] : [this.#messages, recent.all]
    const message = among.at(-1 - ((which >> 1) % Math.min(among.length, most)))
    if (message === undefined) return
    this.#tally.hostile++
    const { challenge } = await this.#gate.arrive(bare({ ...message, ...message.headers }))
    const changed = tampers[how](message, {
      ...{ own: this.#own, pick, now: this.#rig.now, others: this.#messages },
      cookies: this.#browsers.map(({ cookie }) => cookie),
      epoch: challenge?.epoch ?? 'none',
      keyid: challenge?.keyid ?? 'none',
    })
    await this.#arrive(changed)
  }

  async #askALot({ browser: nth, of }: Extract<Step, { do: 'ask a lot' }>): Promise<void> {
    const browser = pick(this.#browsers, nth)
    if (browser === undefined) return
    // Of many documents at a time some are forgotten.
    if (of === 'many documents') this.#waiting = this.#waiting.filter((one) => one.browser !== browser)
    for (let n = 0; n < (of === 'one document' ? 270 : 70); n++) {
      this.#rig.now += 1
      await this.#send(browser, 'submit', 'more', of === 'one document' ? 0 : 10 + n)
    }
  }

  async #leave(nth: number): Promise<void> {
    const browser = pick(this.#browsers, nth)
    if (browser === undefined) return
    const session = await this.#rig.store.sessions.findById(browser.session as never)
    if (session !== undefined) await this.#rig.sessions.end(session, 'logout')
  }

  #count(code: string): void {
    this.#tally.refused.set(code, (this.#tally.refused.get(code) ?? 0) + 1)
  }
}

const pick = <T>(among: readonly T[], n: number): T | undefined => among[n % among.length]

/** Whoever has the cookie can have a challenge. */
function bare({ site, cookie = '' }: { readonly site: Site; readonly cookie?: string }): Message {
  return { method: 'POST', target: '/gradio_api/run/submit', site, headers: { cookie } }
}
