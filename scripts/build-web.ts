/** Builds web/ into dist/web: content-hashed assets, a page per language, and a manifest that says what is what. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type BuildOptions } from 'esbuild'
import { paths } from '../src/contract/contract.ts'
import { fillPage, parseWords, type Words } from './fill-page.ts'

export interface WebManifest {
  /** Logical name to file in `assets/`, served under `/.sekisho/assets/`; `.br` and `.gz` stand beside. */
  readonly assets: Readonly<Record<string, string>>
  /** Page file in `pages/` to the logical names of the assets it loads, directly or by script. */
  readonly pages: Readonly<Record<string, readonly string[]>>
}

const root = fileURLToPath(new URL('../', import.meta.url))
const web = join(root, 'web')
const languages = ['en', 'ja'] as const

/** Placeholders left for the gate, by page; a page with others than these is a mistake. */
const pages = { login: [], message: ['title', 'text'], unavailable: [] } as const

const brotliBest = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }

const options = {
  bundle: true,
  write: false,
  minify: true,
  charset: 'utf8',
  target: 'es2022',
  platform: 'browser',
  conditions: ['development'],
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: web,
} as const satisfies BuildOptions

async function bundle(entry: string, extra: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...options, ...extra, entryPoints: [entry] })
  const [output] = outputFiles ?? []
  if (output === undefined) throw new TypeError(`esbuild made nothing of ${entry}.`)
  return output.contents
}

/** The licence of what is bundled travels with it. */
async function readOpaqueLicence(): Promise<string> {
  const licence = await readFile(join(root, 'node_modules/@serenity-kit/opaque/LICENSE'), 'utf8')
  return `/*! @serenity-kit/opaque\n${licence.replaceAll('*/', '* /')}*/`
}

/** Whole or not at all: a gate may be reading while tests in another process build again. */
async function place(out: string, file: string, content: string | Uint8Array): Promise<void> {
  const draft = join(out, `draft-${process.pid}`)
  await writeFile(draft, content)
  await rename(draft, join(out, file))
}

class Assets {
  readonly #out: string
  readonly names: Record<string, string> = {}

  constructor(out: string) {
    this.#out = out
  }

  /** Writes the file under a name that changes with its content, so that browsers may keep it for ever. */
  async add(name: string, content: Uint8Array): Promise<string> {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
    const file = name.replace(/(?=\.\w+$)/, `-${hash}`)
    this.names[name] = file
    // The name says the content.
    if (existsSync(join(this.#out, 'assets', file))) return this.url(name)
    const [brotli, gzipped] = await Promise.all([
      promisify(brotliCompress)(content, { params: brotliBest }),
      promisify(gzip)(content, { level: 9 }),
    ])
    await place(this.#out, `assets/${file}.br`, brotli)
    await place(this.#out, `assets/${file}.gz`, gzipped)
    await place(this.#out, `assets/${file}`, content)
    return this.url(name)
  }

  url(name: string): string {
    const file = this.names[name]
    if (file === undefined) throw new TypeError(`There is no asset ${name}.`)
    return paths.assets + file
  }

  /** Everything of an earlier build. */
  async prune(): Promise<void> {
    const kept = new Set(Object.values(this.names).flatMap((file) => [file, `${file}.br`, `${file}.gz`]))
    const dir = join(this.#out, 'assets')
    for (const file of await readdir(dir)) {
      if (!kept.has(file)) await rm(join(dir, file), { force: true })
    }
  }
}

async function addAssets(assets: Assets): Promise<void> {
  const opaqueWorkerUrl = await assets.add(
    'opaque-worker.js',
    await bundle('src/login/opaque-worker.ts', { format: 'esm', banner: { js: await readOpaqueLicence() } }),
  )
  const define = { opaqueWorkerUrl: JSON.stringify(opaqueWorkerUrl) }
  await assets.add('login.js', await bundle('src/login/login.ts', { format: 'esm', define }))
  const barStyle = JSON.stringify(new TextDecoder().decode(await bundle('pages/bar.css', {})).trim())
  await assets.add('bar.js', await bundle('src/bar/bar.ts', { format: 'iife', define: { barStyle } }))
  await assets.add('page.css', await bundle('pages/page.css', {}))
  await assets.add('mark.svg', await readFile(join(web, 'pages/mark.svg')))
}

async function readWords(page: string): Promise<Words> {
  return parseWords(JSON.parse(await readFile(join(web, `words/${page}.json`), 'utf8')), languages)
}

async function writePages(out: string, assets: Assets): Promise<WebManifest['pages']> {
  const written: Record<string, readonly string[]> = {}
  for (const [page, leave] of Object.entries(pages)) {
    const template = await readFile(join(web, `pages/${page}.html`), 'utf8')
    const words = await readWords(page)
    for (const lang of languages) {
      const filled = fillPage(template, {
        lang,
        words: words[lang] ?? {},
        leave,
        assetUrl: (name) => assets.url(name),
      })
      const file = `${page}.${lang}.html`
      await place(out, `pages/${file}`, filled.html)
      // The script loads the worker, the document doesn't name it.
      written[file] = filled.assets.has('login.js')
        ? [...filled.assets, 'opaque-worker.js']
        : [...filled.assets]
    }
  }
  return written
}

/** Builds into `out`. The manifest is written last, so whoever reads it finds all it names. */
export async function buildWeb(out = join(root, 'dist/web')): Promise<WebManifest> {
  await readWords('bar')
  await mkdir(join(out, 'assets'), { recursive: true })
  await mkdir(join(out, 'pages'), { recursive: true })
  const assets = new Assets(out)
  await addAssets(assets)
  const manifest = { assets: assets.names, pages: await writePages(out, assets) }
  await place(out, 'manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
  await assets.prune()
  return manifest
}

if (import.meta.main) {
  const manifest = await buildWeb()
  console.log(`dist/web: ${Object.values(manifest.assets).join(', ')}`)
}
