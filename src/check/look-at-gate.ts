/** Reads a gate's configuration, files, database and log: the evidence that the checks decide from. Writes nothing. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyAudit } from '../audit/verify.ts'
import { actions, type Action } from '../catalog/actions.ts'
import type { Config } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import { keyVariable, loadKeyRing } from '../login/key-file.ts'
import { matchesDatabase, type KeyRing } from '../login/key.ts'
import type { PolicyEngine } from '../policy/engine.ts'
import { loadPolicy } from '../policy/load-policy.ts'
import type { Store } from '../store/store.ts'
import type {
  AuditSeen,
  CertificateSeen,
  GateEvidence,
  PolicySeen,
  StateSeen,
  WayIn,
} from './gate-evidence.ts'
import { certificateFiles, listFiles } from './list-files.ts'
import { readKept } from './read-kept.ts'
import { waysIn } from './ways-in.ts'

export interface GateLooking {
  readonly configText: GateEvidence['configText']
  readonly env: Readonly<Record<string, string | undefined>>
  readonly appClock: GateEvidence['appClock']
  /** Opens an existing database for reading alone, without bringing it to this version's schema. */
  readonly openReadOnly: (file: string) => Promise<Store>
  readonly now: () => number
}

export async function lookAtGate(config: Config, looking: GateLooking): Promise<GateEvidence> {
  const now = looking.now()
  const { state, audit, waysIn: ways } = await lookInside(config, looking, now)
  return {
    config,
    configText: looking.configText,
    keyInEnvironment: looking.env[keyVariable] !== undefined,
    files: await listFiles(config, looking.configText?.path),
    user: process.getuid?.(),
    freeBytes: await readFree(config.stateDir),
    certificates: await readCertificates(config),
    state,
    audit,
    policy: await readPolicy(config),
    waysIn: ways,
    appClock: looking.appClock,
    now,
  }
}

interface Inside {
  readonly state: StateSeen
  readonly audit: AuditSeen
  readonly waysIn: readonly WayIn[]
}

async function lookInside(config: Config, looking: GateLooking, now: number): Promise<Inside> {
  const file = join(config.stateDir, 'sekisho.db')
  const hasConfigFile = looking.configText !== undefined
  const without = waysIn(config, { kept: undefined, hasConfigFile })
  if (!existsSync(file)) {
    const why = 'no gate has run yet'
    return { state: { kind: 'absent' }, audit: { kind: 'unseen', why }, waysIn: without }
  }
  const keys = await readKey(config, looking)
  try {
    const store = await looking.openReadOnly(file)
    try {
      const kept = await readKept(store, now)
      const key = 'why' in keys ? 'missing' : await matchesDatabase(keys.ring, store.meta)
      return {
        state: { kind: 'read', key, ...('why' in keys ? { keyTrouble: keys.why } : {}), ...kept },
        audit: 'why' in keys || key === 'differs' ? noKey : await verify(config, keys.ring, store),
        waysIn: waysIn(config, { kept, hasConfigFile }),
      }
    } finally {
      await store.close()
    }
  } catch (fault) {
    const why = wordsOf(fault)
    const audit = { kind: 'unseen', why: 'the database could not be read' } as const
    return { state: { kind: 'unreadable', why }, audit, waysIn: without }
  }
}

const noKey: AuditSeen = { kind: 'unseen', why: 'without the right set-up key the log cannot be verified' }

async function readKey(
  config: Config,
  { env }: GateLooking,
): Promise<{ readonly ring: KeyRing } | { readonly why: string }> {
  try {
    return { ring: await loadKeyRing({ env, file: config.keyFile }) }
  } catch (fault) {
    return { why: wordsOf(fault) }
  }
}

async function verify(config: Config, keys: KeyRing, store: Store): Promise<AuditSeen> {
  const dir = join(config.stateDir, 'audit')
  try {
    const key = keys.subKey('audit-chain').reveal()
    return { kind: 'read', verification: await verifyAudit({ dir, key, segments: store.segments }) }
  } catch (fault) {
    return { kind: 'unseen', why: existsSync(dir) ? wordsOf(fault) : `there is no folder ${dir}` }
  }
}

async function readFree(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}

async function readCertificates(config: Config): Promise<readonly CertificateSeen[]> {
  const seen = await Promise.all(
    (await certificateFiles(config)).map(async (path) => readCertificate(path, config)),
  )
  return seen.filter((one) => one !== undefined)
}

async function readCertificate(path: string, config: Config): Promise<CertificateSeen | undefined> {
  const given = path === config.tls?.cert
  try {
    const text = await readFile(path, 'utf8')
    // The first is the gate's own; the rest of the chain is its issuers' (RFC 8446 section 4.4.2). A key may stand beside.
    const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0]
    if (!given && pem === undefined) return undefined
    const own = new X509Certificate(pem ?? '')
    const fits = config.tls === undefined || !given || own.checkPrivateKey(await readKeyOf(config.tls.key))
    const times = { path, startsAt: own.validFromDate.getTime(), endsAt: own.validToDate.getTime() }
    return fits ? times : { ...times, unusable: 'its key is another one' }
  } catch {
    return given ? { path, startsAt: 0, endsAt: 0, unusable: 'it, or its key, cannot be read' } : undefined
  }
}

async function readKeyOf(path: string) {
  return createPrivateKey(await readFile(path, 'utf8'))
}

async function readPolicy(config: Config): Promise<PolicySeen> {
  const { roles, policyFiles: files } = config
  if (roles.length === 0 && files.length === 0) return { kind: 'built-in' }
  const usual = await loadPolicy()
  try {
    const own = await loadPolicy({ roles, files })
    const beyond = (kind: 'nobody' | 'guest') =>
      actions.filter((action) => grants(own, kind, action) && !grants(usual, kind, action))
    return { kind: 'own', strangers: beyond('nobody'), guests: beyond('guest') }
  } catch (fault) {
    return { kind: 'invalid', why: wordsOf(fault) }
  }
}

function grants(policy: PolicyEngine, kind: 'nobody' | 'guest', action: Action): boolean {
  return policy.mightPermit({ kind }, action).allow
}

function wordsOf(fault: unknown): string {
  return fault instanceof GateFault ? fault.message : 'it could not be read'
}
