/** Checks of the gate's own configuration. */
import type { Risk } from '../../config/config.ts'
import { foundAt, unseen, type GateCheck, type Outcome } from '../check.ts'
import type { GateEvidence } from '../gate-evidence.ts'
import { findSecrets } from '../../disclosure/secrets.ts'
import { exposureOf } from '../ways-in.ts'

/** For what the gate's command line may set as well: without a file nobody knows what it said. */
function inFile({ configText }: GateEvidence, at: readonly string[]): Outcome {
  if (configText !== undefined) return foundAt(at)
  return unseen("there is no sekisho.yaml, and the gate's command line is not seen")
}

export const gateInsecureHttp: GateCheck = {
  id: 'gate-insecure-http',
  about: 'gate',
  severity: 'high',
  what: 'The gate serves plain HTTP to the network.',
  why:
    'Whoever listens on the way sees everything but the password, every script of the page can read the key that signs, and ' +
    'whoever can change the traffic gets the password too.',
  scenario: 3,
  owasp: ['A04:2025', 'ASVS 12.2.1'],
  remedy: 'Give it a certificate (https: or tls: in sekisho.yaml) and remove insecure_http.',
  find: (seen) => inFile(seen, exposureOf(seen.config) === 'insecure' ? ['insecure_http: true'] : []),
}

export const gateAcceptedRisks: GateCheck = {
  id: 'gate-accepted-risks',
  about: 'gate',
  severity: 'medium',
  what: 'The gate stands in front of the app whatever these risks are.',
  why: 'Each of them leads around the gate, and the gate no longer looks for it.',
  scenario: 4,
  owasp: ['A02:2025', 'ASVS 13.1.1'],
  remedy: 'Follow the remedy of each risk, then take it out of accept_risks.',
  find: (seen) =>
    inFile(
      seen,
      seen.config.acceptRisks.map((risk: Risk) => `accept_risks: ${risk}`),
    ),
}

/** Shorter prefixes than a company's network are no list of proxies. */
const widest = { v4: 24, v6: 64 } as const

export const gateWideProxies: GateCheck = {
  id: 'gate-wide-proxies',
  about: 'gate',
  severity: 'medium',
  what: 'Whole networks count as trusted proxies.',
  why: 'Every machine in them may say which address and scheme a request came with, and so evade the pace of logins.',
  scenario: 4,
  owasp: ['A02:2025', 'ASVS 15.3.4'],
  remedy: "Name the proxies' own addresses in trusted_proxies.",
  find: (seen) =>
    inFile(
      seen,
      seen.config.trustedProxies.filter((network) => {
        const [address = '', bits = '0'] = network.split('/')
        // Loopback is one machine, however it is written.
        if (address.startsWith('127.')) return Number(bits) < 8
        return Number(bits) < (address.includes(':') ? widest.v6 : widest.v4)
      }),
    ),
}

const hour = 3_600_000

export const gateLongSessions: GateCheck = {
  id: 'gate-long-sessions',
  about: 'gate',
  severity: 'low',
  what: 'Sessions last long.',
  why: 'A browser that somebody left open, or a stolen cookie, is good for as long.',
  scenario: 3,
  owasp: ['A07:2025', 'ASVS 7.3.1', 'ASVS 7.3.2'],
  // NIST SP 800-63B-4 section 2.2.3 (AAL2): an hour of inactivity, a day in all.
  remedy: 'Set session.idle to 1h and session.absolute to 24h or less.',
  find: ({ config: { session } }) =>
    foundAt([
      ...(session.idleMs > hour ? [`session.idle: ${String(Math.round(session.idleMs / hour))} hours`] : []),
      ...(session.absoluteMs > 24 * hour
        ? [`session.absolute: ${String(Math.round(session.absoluteMs / (24 * hour)))} days`]
        : []),
    ]),
}

export const gateUnsignedCalls: GateCheck = {
  id: 'gate-unsigned-calls',
  about: 'gate',
  severity: 'medium',
  what: 'Browsers may sign in without a key, and then call without a signature.',
  why: 'The cookie of such a session is all that a thief needs: a copy of it calls, uploads and listens.',
  scenario: 3,
  owasp: ['A07:2025', 'ASVS 10.3.5'],
  remedy:
    'Take proof.calls out of sekisho.yaml; browsers of today can keep a key, but for those that give a frame (embed) of another ' +
    'site no storage: let people open the app in a window of its own there, or accept the finding.',
  // Where files have to be signed, nobody signs in without a key.
  find: ({ config: { proof } }) =>
    foundAt(proof.calls === 'optional' && proof.files === 'optional' ? ['proof.calls: optional'] : []),
}

export const gateEmbeddedSites: GateCheck = {
  id: 'gate-embedded-sites',
  about: 'gate',
  severity: 'low',
  what: 'Other sites may show the app in a frame.',
  why: 'Such a site chooses what stands around the app, and can lead the clicks of whoever is signed in there.',
  scenario: 3,
  owasp: ['A02:2025', 'ASVS 3.4.6'],
  remedy: 'Keep in embed only sites that are trusted as the app is; accept the finding if all are.',
  find: ({ config: { embed } }) => foundAt(embed.map((site) => `embed: ${site}`)),
}

export const gateLoginBesideApp: GateCheck = {
  id: 'gate-login-beside-app',
  about: 'gate',
  severity: 'low',
  what: 'Passwords are typed on the same host as the app, though the gate has another one.',
  why: 'A script that gets into a page of the app can draw a login there that nobody can tell from the real one.',
  scenario: 5,
  owasp: ['A06:2025', 'ASVS 3.5.4'],
  remedy: 'Name one of the hosts in auth_host: passwords are then typed there, and the app is not.',
  find: (seen) => {
    const { hosts, authHost } = seen.config
    return inFile(seen, hosts.length > 1 && authHost === undefined ? [`hosts: ${hosts.join(', ')}`] : [])
  },
}

/** NIST SP 800-63B-4 section 3.1.1.2: 15 characters when used alone, no composition rules, no change without a reason. */
export const gatePasswordRules: GateCheck = {
  id: 'gate-password-rules',
  about: 'gate',
  severity: 'low',
  what: 'The rules for passwords make them weaker.',
  why: 'Short ones are guessed; rules about kinds of characters and forced changes make people choose patterns.',
  scenario: 1,
  owasp: ['A07:2025', 'ASVS 6.2.1', 'ASVS 6.2.5', 'ASVS 6.2.10'],
  remedy: 'Leave passwords: out of sekisho.yaml, unless a rule you are bound by says otherwise.',
  find: ({ config: { passwords } }) =>
    foundAt([
      ...(passwords.least < 15 ? [`least: ${String(passwords.least)} characters`] : []),
      ...(passwords.composition.length > 0 ? [`composition: ${passwords.composition.join(', ')}`] : []),
      ...(passwords.maxAgeMs === undefined ? [] : ['a greatest age is set']),
    ]),
}

export const gatePolicyInvalid: GateCheck = {
  id: 'gate-policy-invalid',
  about: 'gate',
  severity: 'high',
  what: 'The policy can not be used.',
  why: 'The gate does not start with it.',
  scenario: 2,
  owasp: ['A01:2025', 'ASVS 8.1.1'],
  remedy: 'Correct the file that policy: names.',
  find: ({ policy }) => foundAt(policy.kind === 'invalid' ? [policy.why] : []),
}

export const gatePolicyStrangers: GateCheck = {
  id: 'gate-policy-strangers',
  about: 'gate',
  severity: 'high',
  what: 'The policy grants strangers more than the login page.',
  why: 'What strangers may do, everybody may do without a login.',
  scenario: 2,
  owasp: ['A01:2025', 'API5:2023', 'ASVS 8.2.1'],
  remedy: 'Name the principal in each permit: principal is Sekisho::Guest.',
  find: ({ policy }) => foundAt(policy.kind === 'own' ? policy.strangers : []),
}

export const gatePolicyWide: GateCheck = {
  id: 'gate-policy-wide',
  about: 'gate',
  severity: 'low',
  what: 'The policy grants guests more than the built-in one.',
  why: 'All guests share one password, so what one may do, each may do.',
  scenario: 2,
  owasp: ['A01:2025', 'API5:2023', 'ASVS 8.2.1'],
  remedy: 'Grant these actions to those who need them only; accept the finding if that is everybody.',
  find: ({ policy }) => foundAt(policy.kind === 'own' ? policy.guests : []),
}

export const gateConfigSecrets: GateCheck = {
  id: 'gate-config-secrets',
  about: 'gate',
  severity: 'high',
  what: 'A secret stands in the configuration file.',
  why: 'Configuration is copied into repositories, tickets and backups.',
  scenario: 6,
  owasp: ['A02:2025', 'ASVS 13.3.1'],
  remedy: 'Take it out and replace the secret; the gate needs none in that file.',
  find: ({ configText }) =>
    configText === undefined
      ? unseen('there is no configuration file')
      : foundAt(findSecrets(configText.text).map((kind) => `${configText.path}: ${kind}`)),
}

export const gateKeyInEnvironment: GateCheck = {
  id: 'gate-key-in-environment',
  about: 'gate',
  severity: 'low',
  what: 'The set-up key is in the environment.',
  why: 'Every program of the same user can read it there, and tools that report environments pass it on.',
  scenario: 1,
  owasp: ['A02:2025', 'ASVS 13.3.1'],
  remedy: "Use key_file with a file for the gate's user alone, or the secret store of your platform.",
  find: ({ keyInEnvironment }) => foundAt(keyInEnvironment ? ['SEKISHO_KEY'] : []),
}
