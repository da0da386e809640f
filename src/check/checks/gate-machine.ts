/** Checks of the machine that the gate runs on: files, disk, clock, certificates. */
import type { FileSeen, GateEvidence } from '../gate-evidence.ts'
import { foundAt, unseen, type GateCheck } from '../check.ts'

const day = 86_400_000
const minute = 60_000

export const gateFileModes: GateCheck = {
  id: 'gate-file-modes',
  about: 'gate',
  severity: 'high',
  what: "Other users of the machine can read or change the gate's files.",
  why: 'With database and key passwords can be guessed offline; with the right to write there is no login at all.',
  scenario: 1,
  owasp: ['A01:2025', 'ASVS 13.3.2', 'ASVS 16.4.2'],
  remedy:
    'Close them: chmod go-rwx for the state, the keys and the log, chmod go-w for configuration and policy.',
  find: ({ files }) => foundAt(files.filter(isOpen).map(describe)),
}

function isOpen({ keeping, mode }: FileSeen): boolean {
  // Windows keeps rights in access lists, which Node doesn't show as modes.
  if (process.platform === 'win32') return false
  // A sticky folder (/tmp) lets nobody replace the files of others.
  if (keeping === 'trusted') return (mode & 0o022) !== 0 && (mode & 0o1000) === 0
  return (mode & 0o077) !== 0
}

function describe({ what, path, mode }: FileSeen): string {
  return `${what}: ${path} (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`
}

export const gateFileOwners: GateCheck = {
  id: 'gate-file-owners',
  about: 'gate',
  severity: 'medium',
  what: 'Files of the gate belong to different users.',
  why: 'The owner of a file can change it whatever its mode says.',
  scenario: 1,
  owasp: ['A01:2025', 'ASVS 13.2.2'],
  remedy: 'Give them all to the user that the gate runs as: chown.',
  find: ({ files, user }) => {
    const state = files.find(({ what }) => what === 'the state folder')
    if (user === undefined || state === undefined) return unseen('there is no state folder')
    // Root may own what the gate only reads; it could change everything anyway.
    const strange = files.filter(({ owner }) => owner !== state.owner && owner !== 0)
    return foundAt(strange.map(({ what, path, owner }) => `${what}: ${path} (user ${String(owner)})`))
  },
}

export const gateDiskSpace: GateCheck = {
  id: 'gate-disk-space',
  about: 'gate',
  severity: 'medium',
  what: 'The disk that holds the state is nearly full.',
  why: 'While the audit log can not be written, the gate refuses everything but signing out.',
  scenario: 4,
  owasp: ['A09:2025', 'ASVS 16.4.2'],
  remedy: 'Free space, or lower audit.max_size.',
  find: ({ freeBytes, config }) => {
    if (freeBytes === undefined) return unseen('there is no state folder')
    const shown = `${String(Math.floor(freeBytes / 1e6))} MB free`
    // A log that grows to its limit has to fit.
    const least = Math.min(config.audit.maxBytes, 1e9)
    return foundAt(freeBytes < least ? [shown] : [], freeBytes < 50e6 ? 'high' : 'medium')
  },
}

export const gateClock: GateCheck = {
  id: 'gate-clock',
  about: 'gate',
  severity: 'medium',
  what: 'The clock does not agree with what it is compared with.',
  why: 'Sessions, certificates and the log go by it: a clock set back makes what has ended good again.',
  scenario: 3,
  owasp: ['A09:2025', 'ASVS 16.2.2'],
  remedy: 'Synchronise the clock (chrony, systemd-timesyncd) on both machines.',
  find: ({ files, appClock, now }) => {
    // Only what the gate itself wrote; others' files may carry any date.
    const written = files.filter(({ what }) => what === 'the audit log' || what === 'the database')
    const ahead = written.filter(({ changedAt }) => changedAt > now + minute)
    const differs = appClock !== undefined && Math.abs(appClock.said - appClock.at) > minute
    return foundAt([
      ...ahead.slice(0, 3).map(({ path }) => `${path} was changed in the future`),
      ...(differs
        ? [`the app's clock differs by ${String(Math.round((appClock.said - appClock.at) / 1000))} s`]
        : []),
    ])
  },
}

export const gateCertificateEnded: GateCheck = {
  id: 'gate-certificate-ended',
  about: 'gate',
  severity: 'high',
  what: 'A certificate can not be used now.',
  why: 'Browsers refuse the page, or teach people to click warnings away.',
  scenario: 3,
  owasp: ['A04:2025', 'ASVS 12.2.2'],
  remedy: 'Renew it, and name certificate and key that belong together.',
  find: ({ certificates, now }) =>
    foundAt(
      certificates.flatMap(({ path, startsAt, endsAt, unusable: trouble }) => {
        if (trouble !== undefined) return [`${path}: ${trouble}`]
        if (endsAt <= now) return [`${path}: ended on ${dayOf(endsAt)}`]
        return startsAt > now ? [`${path}: begins on ${dayOf(startsAt)}`] : []
      }),
    ),
}

export const gateCertificateEnding: GateCheck = {
  id: 'gate-certificate-ending',
  about: 'gate',
  severity: 'medium',
  what: 'A certificate ends soon.',
  why: 'It should have been renewed by now, so renewing may not work.',
  scenario: 3,
  owasp: ['A04:2025', 'ASVS 12.2.2'],
  remedy: 'Renew it, and see why that did not happen by itself.',
  find: ({ certificates, now }: GateEvidence) =>
    foundAt(
      certificates
        .filter(({ unusable: trouble, startsAt, endsAt }) => {
          // Short-lived certificates (six days) are renewed after two thirds of their life.
          const least = Math.min(14 * day, (endsAt - startsAt) / 4)
          return trouble === undefined && endsAt > now && endsAt - now < least
        })
        .map(({ path, endsAt }) => `${path}: ends on ${dayOf(endsAt)}`),
    ),
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
