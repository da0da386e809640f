/** The built pages and assets (dist/web), read once at start and handed out as they are. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { GateFault } from '../kit/fault.ts'

export interface WebFile {
  readonly type: string
  readonly etag: string
  /** By content coding: `identity`, and `br` and `gzip` where the build made them. */
  readonly encoded: Readonly<Record<string, Buffer>>
}

export interface WebFiles {
  /** By the file's own name, as in its address. */
  readonly assets: ReadonlyMap<string, WebFile>
  /** By file name, `login.en.html`. */
  readonly pages: ReadonlyMap<string, WebFile>
  /** The file name of an asset that the build calls `name`. */
  readonly assetFile: (name: string) => string
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
}

/** GateFault `web-not-built` when the build isn't there. */
export function readWebFiles(folder: string): WebFiles {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      assets: Record<string, string>
    }
    return {
      assets: readFolder(join(folder, 'assets')),
      pages: readFolder(join(folder, 'pages')),
      assetFile: (name) => {
        const file = manifest.assets[name]
        if (file === undefined) throw new GateFault('web-not-built', `The build in ${folder} lacks ${name}.`)
        return file
      },
    }
  } catch (cause) {
    if (cause instanceof GateFault) throw cause
    throw new GateFault(
      'web-not-built',
      `The gate's own pages are missing in ${folder}: run \`npm run build\`.`,
      { cause },
    )
  }
}

function readFolder(folder: string): ReadonlyMap<string, WebFile> {
  const names = readdirSync(folder)
  const plain = names.filter((name) => types[extname(name)] !== undefined)
  return new Map(plain.map((name) => [name, readOne(folder, name, names)]))
}

function readOne(folder: string, name: string, names: readonly string[]): WebFile {
  const identity = readFileSync(join(folder, name))
  const encoded: Record<string, Buffer> = { identity }
  if (names.includes(`${name}.br`)) encoded['br'] = readFileSync(join(folder, `${name}.br`))
  if (names.includes(`${name}.gz`)) encoded['gzip'] = readFileSync(join(folder, `${name}.gz`))
  const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`
  return { type: types[extname(name)] ?? 'application/octet-stream', etag, encoded }
}
