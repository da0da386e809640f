/** What stands around a form: which host this is, and the way to the other language. */
import { languageParameter } from 'sekisho/contract'

/** Of every page that takes a password. `hash` as in `offerLanguage`. */
export function surroundForm(hash?: string): void {
  showHost()
  warnOfPlain()
  offerLanguage(hash)
  reloadWhenBack()
}

export function showHost(): void {
  const host = document.getElementById('host')
  if (host === null) return
  host.textContent = location.host
  host.hidden = false
}

/** Wherever a password is typed without HTTPS. */
function warnOfPlain(): void {
  const warning = document.getElementById('plain')
  if (warning !== null) warning.hidden = isSecureContext
}

/** The same page in the other language, with the rest of its query. */
export function languageUrl(lang: string, search: string, hash: string): string {
  const query = new URLSearchParams(search)
  query.set(languageParameter, lang)
  return `?${query.toString()}${hash}`
}

/** `hash` is what a script took out of the address bar; it goes along, and never into the document. */
export function offerLanguage(hash?: string): void {
  const link = document.getElementById('language')
  if (!(link instanceof HTMLAnchorElement)) return
  link.href = languageUrl(link.hreflang, location.search, location.hash)
  if (hash === undefined) return
  link.addEventListener('click', (event) => {
    event.preventDefault()
    location.replace(languageUrl(link.hreflang, location.search, hash))
  })
}

/** A page that comes back from the back-forward cache may hold what was typed before. */
function reloadWhenBack(): void {
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload()
  })
}

/** WebAssembly for OPAQUE, and a thread for it. */
export function canDoOpaque(): boolean {
  return typeof WebAssembly !== 'undefined' && typeof Worker !== 'undefined'
}
