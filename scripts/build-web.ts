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
import { readBundledLicences } from './bundled-licences.ts'
import { composePage, fillPage, parseWords, type Words } from './fill-page.ts'
import { loadedByScript, pages, type PageRow, type Piece } from './web-pages.ts'

export interface WebManifest {
  /** Logical name to file in `assets/`, served under `/.sekisho/assets/`; `.br` and `.gz` stand beside. */
  readonly assets: Readonly<Record<string, string>>
  /** Page file in `pages/` to the logical names of the assets it loads, directly or by script. */
  readonly pages: Readonly<Record<string, readonly string[]>>
}

const root = fileURLToPath(new URL('../', import.meta.url))
const web = join(root, 'web')
const languages = ['en', 'ja'] as const

const brotliBest = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }

const options = {
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  charset: 'utf8',
  target: 'es2022',
  platform: 'browser',
  conditions: ['sekisho-source'],
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: web,
} as const satisfies BuildOptions

type Extra = Pick<BuildOptions, 'format' | 'define'>

async function bundle(entry: string, extra: Extra): Promise<Uint8Array> {
  const { outputFiles, metafile } = await build({ ...options, ...extra, entryPoints: [entry] })
  const [output] = outputFiles
  if (output === undefined) throw new TypeError(`esbuild made nothing of ${entry}.`)
  return Buffer.concat([Buffer.from(await readBundledLicences(metafile, web)), output.contents])
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
  const esm = { format: 'esm' } as const
  const opaqueUrl = await assets.add('opaque-worker.js', await bundle('src/ceremony/opaque-worker.ts', esm))
  const guessingUrl = await assets.add(
    'guessing-worker.js',
    await bundle('src/password/guessing-worker.ts', esm),
  )
  const define = {
    opaqueWorkerUrl: JSON.stringify(opaqueUrl),
    guessingWorkerUrl: JSON.stringify(guessingUrl),
  }
  for (const name of ['login', 'join', 'account', 'confirm', 'away'])
    await assets.add(`${name}.js`, await bundle(`src/${name}/${name}.ts`, { ...esm, define }))
  const barStyle = JSON.stringify(new TextDecoder().decode(await bundle('pages/bar.css', {})).trim())
  await assets.add('bar.js', await bundle('src/bar/bar.ts', { format: 'iife', define: { barStyle } }))
  for (const name of ['proof', 'proof-plain'])
    await assets.add(`${name}.js`, await bundle(`src/proof/${name}.ts`, { format: 'iife' }))
  await assets.add('page.css', await bundle('pages/page.css', {}))
  await assets.add('mark.svg', await readFile(join(web, 'pages/mark.svg')))
}

async function readWords(file: string): Promise<Words> {
  return parseWords(JSON.parse(await readFile(join(web, `words/${file}.json`), 'utf8')), languages)
}

async function readPiece(piece: Piece): Promise<string> {
  return 'text' in piece ? piece.text : readFile(join(web, `pages/${piece.file}.html`), 'utf8')
}

/** The whole document, with everything but words and assets in its place. */
async function compose({ main, title, script, head, slots }: PageRow): Promise<string> {
  const own: Record<string, string> = {}
  for (const [name, piece] of Object.entries(slots ?? {})) own[name] = await readPiece(piece)
  const load = script === undefined ? '' : `<script type="module" src="{{asset.${script}}}"></script>`
  return composePage(await readPiece({ file: 'frame' }), {
    title: title ?? '{{words.title}}',
    head: `${head ?? ''}${load}`,
    main: composePage(await readPiece({ file: main }), own),
    // Whoever can change the page by hand chose it before: message pages come in the language of the request.
    foot: script === undefined ? '' : await readPiece({ file: 'language' }),
  })
}

async function writePages(out: string, assets: Assets): Promise<WebManifest['pages']> {
  const written: Record<string, readonly string[]> = {}
  for (const [name, row] of Object.entries(pages)) {
    const template = await compose(row)
    const all = await Promise.all(row.words.map(readWords))
    for (const lang of languages) {
      const filled = fillPage(template, {
        lang,
        words: Object.assign({}, ...all.map((words) => words[lang] ?? {})) as Words[string],
        leave: row.leave ?? [],
        assetUrl: (asset) => assets.url(asset),
      })
      const file = `${name}.${lang}.html`
      await place(out, `pages/${file}`, filled.html)
      written[file] = [...filled.assets].flatMap((asset) => [asset, ...(loadedByScript[asset] ?? [])])
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
