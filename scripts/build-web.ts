/** Builds web/ into dist/web: content-hashed assets, a page per language, and a manifest that says what is what. */
import { createHash } from 'node:crypto'
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

class Assets {
  readonly #dir: string
  readonly names: Record<string, string> = {}

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Writes the file under a name that changes with its content, so that browsers may keep it for ever. */
  async add(name: string, content: Uint8Array): Promise<string> {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
    const file = name.replace(/(?=\.\w+$)/, `-${hash}`)
    this.names[name] = file
    const [brotli, gzipped] = await Promise.all([
      promisify(brotliCompress)(content, {
        params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
      }),
      promisify(gzip)(content, { level: 9 }),
    ])
    await writeFile(join(this.#dir, file), content)
    await writeFile(join(this.#dir, `${file}.br`), brotli)
    await writeFile(join(this.#dir, `${file}.gz`), gzipped)
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
    for (const file of await readdir(this.#dir)) {
      if (!kept.has(file)) await rm(join(this.#dir, file))
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

async function writePages(dir: string, assets: Assets): Promise<WebManifest['pages']> {
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
      await writeFile(join(dir, file), filled.html)
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
  const assets = new Assets(join(out, 'assets'))
  await addAssets(assets)
  const manifest = { assets: assets.names, pages: await writePages(join(out, 'pages'), assets) }
  const draft = join(out, `manifest.${process.pid}.json`)
  await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`)
  await rename(draft, join(out, 'manifest.json'))
  await assets.prune()
  return manifest
}

if (import.meta.main) {
  const manifest = await buildWeb()
  console.log(`dist/web: ${Object.values(manifest.assets).join(', ')}`)
}
