/** The gate's own pages: built files, in the reader's language, with one policy for what they may load. */
import { languageParameter } from '../contract/contract.ts'
import { chooseLanguage } from '../kit/language.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, AnswerHeaders, Validated } from '../request.ts'
import { answerFile } from './answers.ts'
import type { WebFiles } from './web-files.ts'

/** Nothing but our own files; no inline script, no form that could be sent anywhere. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sekisho"

/** Of the machine they need nothing. */
const permissions =
  'camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()'

export function answerPage(
  request: Validated,
  { web }: { readonly web: Pick<WebFiles, 'pages'> },
  /** `login.users`, without language and ending. */
  name: string,
  headers: AnswerHeaders = {},
): Answer | Refusal {
  const chosen = new URLSearchParams(request.query).get(languageParameter)
  const language = chooseLanguage(request.headers['accept-language'], chosen)
  const page = web.pages.get(`${name}.${language}.html`)
  if (page === undefined) return refuse('internal-fault', { missing: name })
  return answerFile(request, page, {
    'content-security-policy': pagePolicy,
    'content-language': language,
    'permissions-policy': permissions,
    ...headers,
  })
}
