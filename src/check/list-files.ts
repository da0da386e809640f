/** The gate's files with owner and mode, as `ls -l` shows them: which others could read or change them. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { FileSeen, Keeping } from './gate-evidence.ts'

interface Named {
  readonly path: string
  readonly what: string
  readonly keeping: Keeping
}

/** A log of many years; the rest will be like these. */
const mostSegments = 1_000
const mostCertificates = 100

/** What isn't there is left out. */
export async function listFiles(
  config: Config,
  configFile: string | undefined,
): Promise<readonly FileSeen[]> {
  const named = [...fixed(config, configFile), ...(await segments(config)), ...(await madeKeys(config))]
  const seen = await Promise.all(named.map(look))
  return seen.filter((one) => one !== undefined)
}

function fixed(config: Config, configFile: string | undefined): readonly Named[] {
  const database = join(config.stateDir, 'sekisho.db')
  const secret = (path: string, what: string): Named => ({ path, what, keeping: 'secret' })
  const trusted = (path: string | undefined, what: string): readonly Named[] =>
    path === undefined ? [] : [{ path, what, keeping: 'trusted' }]
  return [
    secret(config.stateDir, 'the state folder'),
    ...['', '-wal', '-shm'].map((end) => secret(`${database}${end}`, 'the database')),
    secret(config.keyFile, 'the set-up key'),
    ...trusted(dirname(config.keyFile), "the set-up key's folder"),
    secret(join(config.stateDir, 'audit'), 'the folder of the audit log'),
    ...trusted(config.tls?.cert, 'the certificate'),
    ...(config.tls === undefined ? [] : [secret(config.tls.key, "the certificate's key")]),
    ...trusted(configFile, 'the configuration'),
    ...config.policyFiles.flatMap((file) => trusted(file, 'the policy')),
  ]
}

async function segments({ stateDir }: Config): Promise<readonly Named[]> {
  const folder = join(stateDir, 'audit')
  const names = await readdir(folder).catch(() => [])
  return names
    .slice(0, mostSegments)
    .map((name) => ({ path: join(folder, name), what: 'the audit log', keeping: 'secret' }))
}

/** Keys of certificates that the gate obtained or made itself. */
async function madeKeys(config: Config): Promise<readonly Named[]> {
  const named: Named[] = []
  for (const path of await madeFiles(config)) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text.includes('PRIVATE KEY-----'))
      named.push({ path, what: "a certificate's key", keeping: 'secret' })
  }
  return named
}

/** Files that may hold certificates: the configured one, and what lies in the state's folder for them. */
export async function certificateFiles(config: Config): Promise<readonly string[]> {
  const given = config.tls === undefined ? [] : [config.tls.cert]
  return [...given, ...(await madeFiles(config))]
}

async function madeFiles({ stateDir }: Config): Promise<readonly string[]> {
  const folder = join(stateDir, 'certificates')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && /\.(?:pem|crt|cer|key)$/.test(entry.name))
    .slice(0, mostCertificates)
    .map((entry) => join(entry.parentPath, entry.name))
}

async function look(named: Named): Promise<FileSeen | undefined> {
  const found = await stat(named.path).catch(() => undefined)
  if (found === undefined) return undefined
  return { ...named, mode: found.mode & 0o7777, owner: found.uid, changedAt: found.mtimeMs }
}
