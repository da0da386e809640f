/** Finds and reads the configuration file; `loadConfig` is the one entry for commands. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'
import type { Config } from './config.ts'
import type { Surroundings } from './defaults.ts'
import { configFault } from './finding.ts'
import { makeConfig, makePolicySettings } from './make-config.ts'
import type { ConfigText, Purpose } from './make-config.ts'
import type { Overrides } from './overrides.ts'

/** Used when it stands in the working directory and no other file was named. */
export const usualFile = 'sekisho.yaml'

// A configuration is a page or two; a gigabyte here is a mistaken path.
const mostBytes = 256 * 1024

/** Throws GateFault `config-unreadable` or `config-invalid`. */
export async function loadConfig(
  named: string | undefined,
  overrides: Overrides,
  surroundings: Surroundings,
  purpose: Purpose = 'doors',
): Promise<Config> {
  const source = await readConfigFile(named, surroundings)
  const config = makeConfig(source, overrides, surroundings, purpose)
  return source === undefined ? config : { ...config, file: source.file }
}

/** Of a configuration that is in use, as it says by now. Throws as `loadConfig`. */
export async function rereadPolicy(
  file: string,
  surroundings: Surroundings,
): Promise<Pick<Config, 'roles' | 'policyFiles'>> {
  const source = await readConfigFile(file, surroundings)
  return source === undefined ? { roles: [], policyFiles: [] } : makePolicySettings(source, surroundings)
}

export async function readConfigFile(
  named: string | undefined,
  { cwd }: Surroundings,
): Promise<ConfigText | undefined> {
  const file = resolve(cwd, named ?? usualFile)
  try {
    const bytes = await readFile(file)
    if (bytes.length > mostBytes)
      throw configFault([{ where: file, says: 'the file is larger than 256 KiB.' }])
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), file }
  } catch (cause) {
    if (cause instanceof GateFault) throw cause
    const code = errorCode(cause) ?? ''
    if (code === 'ENOENT' && named === undefined) return undefined
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw configFault([{ where: file, says: 'the file is not UTF-8 text. Save it as UTF-8.' }])
    }
    const why = unreadable[code] ?? `the system says ${code}`
    throw new GateFault('config-unreadable', `The configuration ${file} can't be read: ${why}.`, { cause })
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Write one with: sekisho init',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder; name the file in it',
}
