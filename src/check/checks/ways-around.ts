/** Checks for ways to the app that lead around a login; the gate refuses to start with most of them. */
import type { Risk } from '../../config/config.ts'
import { isBehind, isHere, type AppEvidence } from '../app-evidence.ts'
import { foundAt, unseen, type AppCheck, type Outcome } from '../check.ts'

/** The gate's own judgement, asked once for both (app/find-risks.ts). */
function risk(seen: AppEvidence, name: Risk): Outcome {
  if (isBehind(seen)) return unseen('a login answers in place of the app')
  return foundAt(seen.risks.filter((found) => found.risk === name).map(({ words }) => words))
}

/** What is visible in the configuration alone can't be told behind a login. */
function riskOfConfig(seen: AppEvidence, name: Risk): Outcome {
  return seen.config === undefined ? unseen('a login hides the configuration') : risk(seen, name)
}

/** Whether others than this machine reach the app at this address. */
export function isExposed(seen: AppEvidence): boolean {
  return !isBehind(seen) && seen.risks.some((found) => found.risk === 'app-exposed')
}

export const appExposed: AppCheck = {
  id: 'app-exposed',
  about: 'app',
  severity: 'high',
  what: 'The app can be reached from other machines.',
  why: 'Whoever reaches the app itself needs no login of a gate or proxy in front of it.',
  scenario: 4,
  owasp: ['A01:2025', 'API8:2023', 'ASVS 13.2.1'],
  remedy: 'Start the app with launch(server_name="127.0.0.1") and let only the gate be reached.',
  find: (seen) => risk(seen, 'app-exposed'),
}

export const plainHttp: AppCheck = {
  id: 'plain-http',
  about: 'app',
  severity: 'high',
  what: 'The address is plain HTTP on a network.',
  why: 'Everybody on the way reads inputs, answers and cookies, and can change them.',
  scenario: 3,
  owasp: ['A04:2025', 'ASVS 12.2.1'],
  remedy: 'Serve HTTPS: sekisho gate with --https, or a proxy that ends TLS on the same machine.',
  find: ({ url }) => {
    return foundAt(url.protocol === 'http:' && !isHere(url) ? [url.origin] : [])
  },
}

export const shareLink: AppCheck = {
  id: 'share-link',
  about: 'app',
  severity: 'high',
  what: 'The app has a public share link.',
  why: 'The link leads from the internet to the app, around every login in front of it.',
  scenario: 4,
  owasp: ['A01:2025', 'API9:2023', 'ASVS 13.2.1'],
  remedy: 'Start the app with launch(share=False) and without GRADIO_SHARE.',
  find: (seen) => (isShareLink(seen.url) ? foundAt([seen.url.origin]) : risk(seen, 'share-link')),
}

/** Where Gradio's own share servers lead to apps (gradio/networking.py 6.31). */
function isShareLink({ hostname }: URL): boolean {
  return /\.gradio\.(?:live|app)$/.test(hostname)
}

export const staticWorkers: AppCheck = {
  id: 'static-workers',
  about: 'app',
  severity: 'high',
  what: 'Static workers hand out files on ports of their own.',
  why: 'They take uploads and serve files without asking anybody who they are.',
  scenario: 4,
  owasp: ['A01:2025', 'API5:2023', 'ASVS 8.3.1'],
  remedy: 'Start the app with launch(num_workers=0) and without GRADIO_NUM_WORKERS.',
  find: (seen) => risk(seen, 'static-workers'),
}

export const serverRendering: AppCheck = {
  id: 'server-rendering',
  about: 'app',
  severity: 'medium',
  what: 'A second server renders the pages.',
  why: 'It answers beside the paths that a login in front judges, and reads requests in its own way.',
  scenario: 4,
  owasp: ['A02:2025', 'ASVS 1.1.1'],
  remedy: 'Start the app with launch(ssr_mode=False) and without GRADIO_SSR_MODE.',
  find: (seen) => riskOfConfig(seen, 'ssr'),
}

export const gradioUnknown: AppCheck = {
  id: 'gradio-unknown',
  about: 'app',
  severity: 'medium',
  what: 'This Gradio is none that the gate knows.',
  why: 'The gate refuses routes that it does not know, and its promises were tested with other versions.',
  scenario: 4,
  owasp: ['API9:2023', 'ASVS 15.2.1'],
  remedy: 'Use Gradio 4.44, 5 or 6, or a sekisho that knows yours.',
  find: (seen) => riskOfConfig(seen, 'gradio-unknown'),
}
