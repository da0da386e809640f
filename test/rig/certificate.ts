/** A self-signed certificate for `localhost` and further names: in memory, or as files that are gone after `remove`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface Certificate {
  /** PEM. */
  readonly text: string
  /** Where the two are. */
  readonly files: Pair
  /** Options for `sekisho gate`. */
  readonly args: readonly string[]
  remove(): Promise<void>
}

/** PEM, for a server in this process; or the paths of the files that hold it. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

export async function makePair(...names: readonly string[]): Promise<Pair> {
  const altNames = ['localhost', ...names].map((value) => ({ type: 2 as const, value }))
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  return { cert, key }
}

export async function makeCertificate(...names: readonly string[]): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-tls-'))
  const pair = await makePair(...names)
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  await writeFile(cert, pair.cert)
  await writeFile(key, pair.key, { mode: 0o600 })
  return {
    text: pair.cert,
    files: { cert, key },
    args: ['--tls-cert', cert, '--tls-key', key],
    remove: () => rm(folder, { recursive: true }),
  }
}
