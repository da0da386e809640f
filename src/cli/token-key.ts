/** The key of a bound token: a pair made here, whose private half goes to a file, or one made elsewhere that shows its public half. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { toBase64url } from '../kit/base64url.ts'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'
import { readPublicKey } from '../proof/enrolment.ts'
import type { ProofKey } from '../store/rows.ts'
import type { ApiTokenName } from '../tokens/token-name.ts'
import { flag, textOption, type Given } from './command.ts'
import { printable } from './printable.ts'

export interface TokenKey {
  readonly proofKey: ProofKey
  /** Where its private half is; absent: on another machine. */
  readonly file?: string
  /** Takes back what was written: there is no such token after all. */
  readonly discard: () => Promise<void>
}

/** Undefined for a token that isn't to be bound. Throws GateFault `usage` in words. */
export async function takeTokenKey(
  given: Given,
  name: ApiTokenName,
  cwd: string,
): Promise<TokenKey | undefined> {
  const keyOut = textOption(given, 'keyOut')
  const publicKey = textOption(given, 'publicKey')
  if (!flag(given, 'bound')) {
    const alone = keyOut === undefined ? publicKey && '--public-key' : '--key-out'
    if (alone === undefined) return undefined
    throw new GateFault('usage', `${alone} is about a token that is bound to a key: add --bound.`)
  }
  if (publicKey === undefined) return makePair(resolve(cwd, keyOut ?? usualFile(name)))
  if (keyOut === undefined) {
    const proofKey = await readKeyFile(resolve(cwd, publicKey))
    return { proofKey, discard: () => Promise.resolve() }
  }
  throw new GateFault(
    'usage',
    '--key-out and --public-key exclude each other: a key made elsewhere keeps its private half there.',
  )
}

/** Of a name that is one in every file system and shell. */
function usualFile(name: ApiTokenName): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._-]*$/u.test(name)) return `${name}.key.pem`
  throw new GateFault(
    'usage',
    `The token's name ${printable(name)} makes no good name for a file. Name one for its private key: --key-out FILE`,
  )
}

async function makePair(file: string): Promise<TokenKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const proofKey = proofKeyOf(publicKey)
  if (proofKey === undefined) throw new TypeError('a key of ours can be read')
  try {
    // `wx` is O_CREAT | O_EXCL: never over a file, never through somebody's link.
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    await writeFile(file, pem, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    const why =
      errorCode(cause) === 'EEXIST'
        ? 'the file exists, and keys are never overwritten. Name another with --key-out'
        : `${inWords(cause)}. Name another file with --key-out`
    throw new GateFault('usage', `The private key can't be written to ${printable(file)}: ${why}.`, { cause })
  }
  return { proofKey, file, discard: () => rm(file) }
}

/** A PEM file of any size that a key has. */
const mostBytes = 4096

async function readKeyFile(file: string): Promise<ProofKey> {
  const text = await readStart(file).catch((cause: unknown) => {
    throw new GateFault('usage', `--public-key ${printable(file)} can't be read: ${inWords(cause)}.`, {
      cause,
    })
  })
  if (text.includes('PRIVATE KEY-----')) {
    throw new GateFault(
      'usage',
      `--public-key ${printable(file)} holds a private key, which is nobody's but the program's. Give its public half:\n` +
        '  openssl pkey -in key.pem -pubout -out public.pem',
    )
  }
  const proofKey = text.length > mostBytes ? undefined : parsePublicPem(text)
  if (proofKey !== undefined) return proofKey
  throw new GateFault(
    'usage',
    `--public-key ${printable(file)} is no public key for this: needed is one of the curve P-256 as PEM, which begins with ` +
      '-----BEGIN PUBLIC KEY-----. To make a pair:\n' +
      '  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem && openssl pkey -in key.pem -pubout -out public.pem',
  )
}

/** One byte beyond the most is enough to tell; what a path leads to need not have an end. */
async function readStart(file: string): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of createReadStream(file, { end: mostBytes })) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('latin1')
}

function parsePublicPem(text: string): ProofKey | undefined {
  // Node would also take a certificate, or the public half of a private key.
  if (!/^-----BEGIN PUBLIC KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END PUBLIC KEY-----\s*$/.test(text))
    return undefined
  try {
    return proofKeyOf(createPublicKey(text))
  } catch {
    return undefined
  }
}

function proofKeyOf(key: KeyObject): ProofKey | undefined {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  // SEC 1 section 2.3.3, uncompressed.
  const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
  return readPublicKey(toBase64url(Buffer.concat(point)))
}

function inWords(thrown: unknown): string {
  const code = errorCode(thrown) ?? 'nothing known'
  if (code === 'ENOENT') return 'there is no such file or folder'
  if (code === 'EISDIR') return 'it is a folder'
  return `the system says ${code}`
}
