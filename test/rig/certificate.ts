/** A self-signed certificate for `localhost` and further names, as files that are gone after `remove`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface Certificate {
  /** PEM. */
  readonly text: string
  /** Options for `sekisho gate`. */
  readonly args: readonly string[]
  remove(): Promise<void>
}

export async function makeCertificate(...names: readonly string[]): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-tls-'))
  const altNames = ['localhost', ...names].map((value) => ({ type: 2 as const, value }))
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  await writeFile(cert, pair.cert)
  await writeFile(key, pair.private, { mode: 0o600 })
  return {
    text: pair.cert,
    args: ['--tls-cert', cert, '--tls-key', key],
    remove: () => rm(folder, { recursive: true }),
  }
}
