/** In the app's origin, where the login has a host of its own: makes a key, goes there, and comes in with what it brings back. */
import { forParameter, languageParameter, paths, returnToParameter, safeReturnPath } from 'sekisho/contract'
import { enterText } from 'sekisho/proof'
import { askSession } from '../ask-session.ts'
import { postJson } from '../ceremony/ask-gate.ts'
import { part } from '../form/part.ts'
import { offerLanguage, showHost } from '../form/surroundings.ts'
import { chooseLanguage } from '../language.ts'
import { toBase64url } from '../proof/base64.ts'
import { keepTripKey, takeTripKey } from '../proof/key-store.ts'
import { loginKeys } from '../proof/login-key.ts'
import { webCrypto } from '../proof/proof-crypto.ts'
import { signOwnRequests } from '../proof/sign-own-requests.ts'
import { tellOtherTabs } from '../session-channel.ts'
import { isOver, tellConfirmation } from '../step-up/confirmation-channel.ts'
import { awayWords } from './away-words.ts'
import { enter } from './enter.ts'
import { codeIn, readConfirmed, writeKey } from './fragments.ts'
import { rememberTrip, takeTrip } from './trip.ts'
import { vouchFor } from './vouch.ts'

/**
 * Out of the address before anything else: pages of the app that come after in this tab can read what addresses there were
 * (HTML, Navigation.entries), and a code is good for a minute.
 */
const broughtHash = location.hash
history.replaceState(null, '', location.pathname + location.search)

const lang = chooseLanguage(document.documentElement.lang)
const words = awayWords[lang]
const query = new URLSearchParams(location.search)

function say(heading: string, text: string): void {
  document.title = heading
  part('heading', HTMLHeadingElement).textContent = heading
  part('lead', HTMLParagraphElement).textContent = text
}

function stop(why: string): void {
  say(words.stopped, why)
  part('again', HTMLParagraphElement).hidden = false
}

async function askWhere(): Promise<string> {
  const answer = await fetch(paths.enterApi, { cache: 'no-store' })
  const body: unknown = await answer.json()
  if (typeof body !== 'object' || body === null || !('login' in body) || typeof body.login !== 'string')
    throw new TypeError('The gate names no login host.')
  return body.login
}

/** To a page of the login host that is about this app. */
function addressAt(
  login: string,
  path: string,
  more: Readonly<Record<string, string>>,
  hash: string,
): string {
  const fields = new URLSearchParams({ [forParameter]: location.origin, [languageParameter]: lang, ...more })
  return `${login}${path}?${fields.toString()}#${hash}`
}

async function makeKey() {
  const { publicKey, made } = await loginKeys.make()
  if (made === undefined) throw new TypeError('A login host needs HTTPS.')
  return { publicKey, ...made }
}

async function goToLogin(): Promise<void> {
  const [login, { keyid, secret, publicKey }] = await Promise.all([askWhere(), makeKey()])
  await keepTripKey(keyid, secret)
  rememberTrip({ keyid, returnTo: query.get(returnToParameter) ?? '', hash: broughtHash })
  location.replace(addressAt(login, paths.login, {}, writeKey(publicKey)))
}

/** So that the code is spent: the gate takes it for used whoever signed. */
async function throwAway(code: string, publicKey: string): Promise<void> {
  const signature = toBase64url(new Uint8Array(64))
  await enter({ code, publicKey, signature }, postJson)
  stop(words.lost)
}

/**
 * Whoever has the code and not the trip's key gets nothing for it. Scripts of the app could have made that one and know it, so it
 * only shows that this tab began: the session's key is made here, where none of them runs.
 */
async function comeIn(code: string): Promise<void> {
  const { keyid, secret, publicKey } = await makeKey()
  const trip = takeTrip()
  const tripKey = trip && (await takeTripKey(trip.keyid))
  if (trip === undefined || !(tripKey instanceof CryptoKey)) return throwAway(code, publicKey)
  await loginKeys.keep(keyid, secret)
  const wanted = safeReturnPath(trip.returnTo) + trip.hash
  part('again-link', HTMLAnchorElement).href = wanted
  const text = new TextEncoder().encode(enterText(location.origin, code, publicKey))
  const signature = toBase64url(await webCrypto.sign(tripKey, text))
  const { status } = await enter({ code, publicKey, signature }, postJson)
  if (status !== 204) return stop(words.refused)
  tellOtherTabs()
  // As at login.ts: whoever keeps no cookies would be sent round and round.
  if ((await askSession()).kind === 'ended') return stop(words.cookieless)
  location.replace(wanted)
}

/** The window that asks for the password again: there and back. */
async function confirmThere(): Promise<void> {
  const confirmed = readConfirmed(broughtHash)
  const returnTo = query.get(returnToParameter)
  if (confirmed === undefined) {
    // Not on the way in: whoever signs in anew has no key that counts yet.
    signOwnRequests(webCrypto)
    const ticket = await vouchFor(broughtHash.slice(1), postJson)
    const more = returnTo === null ? {} : { [returnToParameter]: returnTo }
    return location.replace(addressAt(await askWhere(), paths.away, more, ticket))
  }
  tellConfirmation(confirmed)
  if (returnTo !== null) return location.replace(safeReturnPath(returnTo))
  if (isOver(confirmed)) return say(words.stopped, words.over)
  say(words.done, words.confirmed)
  window.close()
}

function go(): Promise<void> {
  if (location.pathname === paths.confirm) return confirmThere()
  const code = codeIn(broughtHash)
  return code === undefined ? goToLogin() : comeIn(code)
}

showHost()
offerLanguage(codeIn(broughtHash) === undefined ? broughtHash : undefined)
go().catch(() => {
  // Whoever loads the page again goes on with it: a ticket, or a fragment of the app, which its scripts have anyway.
  if (codeIn(broughtHash) === undefined && readConfirmed(broughtHash) === undefined)
    history.replaceState(null, '', location.pathname + location.search + broughtHash)
  stop(words.failed)
})
