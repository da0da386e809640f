/** What kind of file an upload is: by its first bytes, with which its name has to agree (OWASP ASVS 5.0 5.2.2). */
import { fileTypeFromBuffer, supportedExtensions, type FileTypeResult } from 'file-type'
import { extensionOf } from './file-name.ts'

/** `image/png`, `image/*` or `.csv`; lower case. */
export type FileType = string

/** Bytes of a file that are looked at. Office documents say what they are somewhere in the first entries of a zip file. */
export const sampleBytes = 65_536

export type FileVerdict = 'allowed' | 'type-not-allowed' | 'name-disagrees' | 'content-unknown'

interface Kind {
  readonly extension: string
  readonly mime: string
  readonly isText: boolean
}

/** Kinds of text that have no signature. */
const texts: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  text: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  py: 'text/x-python',
  tex: 'text/x-tex',
  srt: 'text/x-subrip',
  vtt: 'text/vtt',
  css: 'text/css',
  ini: 'text/plain',
  toml: 'application/toml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  json: 'application/json',
  jsonl: 'application/jsonl',
  ndjson: 'application/jsonl',
  geojson: 'application/geo+json',
  ipynb: 'application/x-ipynb+json',
  svg: 'image/svg+xml',
  html: 'text/html',
  htm: 'text/html',
  xhtml: 'application/xhtml+xml',
  xml: 'application/xml',
  js: 'text/javascript',
  mjs: 'text/javascript',
}

/** A browser that opens these runs what stands in them: allowed by name only, never by `text/*` or `image/*`. */
const active: ReadonlySet<string> = new Set([
  'image/svg+xml',
  'text/html',
  'application/xhtml+xml',
  'application/xml',
  'text/javascript',
])

/** Extensions in use for what the signature names otherwise; containers hold what only their later bytes tell. */
const alsoNamed: Readonly<Record<string, readonly string[]>> = {
  jpg: ['jpeg', 'jpe', 'jfif'],
  png: ['apng'],
  apng: ['png'],
  tif: ['tiff'],
  heic: ['heif'],
  mp4: ['m4v', 'm4a', 'mov'],
  m4v: ['mp4'],
  m4a: ['mp4'],
  mov: ['mp4', 'qt'],
  webm: ['mkv', 'weba'],
  mkv: ['webm', 'weba'],
  ogg: ['oga', 'ogv', 'opus', 'spx'],
  oga: ['ogg', 'opus'],
  ogv: ['ogg'],
  opus: ['ogg', 'oga'],
  mpg: ['mpeg', 'mpe'],
  mp3: ['mpga', 'mp2'],
  mp2: ['mp3', 'mpga'],
  aif: ['aiff', 'aifc'],
  mid: ['midi'],
  gz: ['tgz'],
  'tar.gz': ['gz', 'tgz'],
  bz2: ['tbz2'],
  xz: ['txz'],
  zip: ['docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'odg', 'epub', 'jar', 'apk', 'npz', '3mf', 'kmz', 'whl'],
  cfb: ['doc', 'xls', 'ppt', 'msg', 'vsd'],
  exe: ['dll'],
}

/** Every extension whose files have a signature. */
const signed: ReadonlySet<string> = new Set([...supportedExtensions, ...Object.values(alsoNamed).flat()])

/** Recordings of sound come in containers that are named after pictures. */
const containers: ReadonlySet<string> = new Set(['mp4', 'webm', 'mkv', 'ogg', '3gp', '3g2', 'mov', 'asf'])

/** `sample`: the file's first `sampleBytes`, or all of it. */
export async function judgeFile(
  allowed: readonly FileType[],
  name: string,
  sample: Uint8Array,
): Promise<FileVerdict> {
  const extension = extensionOf(name)
  const kind = await recognise(extension, sample)
  if (kind === undefined) {
    // Formats without a signature (NumPy, safetensors …): whoever names the extension relies on it alone.
    const isAlone = extension !== '' && !signed.has(extension)
    return isAlone && allowed.includes(`.${extension}`) ? 'allowed' : 'content-unknown'
  }
  if (!isNamedSo(kind, extension)) return 'name-disagrees'
  return allowed.some((type) => includes(type, kind, extension)) ? 'allowed' : 'type-not-allowed'
}

async function recognise(extension: string, sample: Uint8Array): Promise<Kind | undefined> {
  const text = Object.hasOwn(texts, extension) ? texts[extension] : undefined
  // Signatures of two letters occur in text; a text with its name is what it says.
  if (text !== undefined && isText(sample)) return { extension, mime: text, isText: true }
  const found = await lookAt(sample)
  // Of `audio/ogg; codecs=opus` the type.
  if (found !== undefined)
    return { extension: found.ext, mime: (found.mime.split(';')[0] ?? '').trim(), isText: false }
  // Named like a text without being one: disguised, not unknown.
  return text === undefined ? undefined : { extension: '', mime: '', isText: false }
}

async function lookAt(sample: Uint8Array): Promise<Pick<FileTypeResult, 'ext' | 'mime'> | undefined> {
  try {
    return await fileTypeFromBuffer(sample)
  } catch {
    // Damaged in a way that its reader didn't expect: like nothing that is known (file-type 21.3.4, TypeError of a zip).
    return { ext: '', mime: '' }
  }
}

function isNamedSo(kind: Kind, extension: string): boolean {
  if (kind.isText) return true
  if (kind.extension === '') return false
  // Without an extension nobody takes it for something else.
  return extension === '' || extension === kind.extension || isAlias(kind.extension, extension)
}

function isAlias(of: string, extension: string): boolean {
  return Object.hasOwn(alsoNamed, of) && (alsoNamed[of]?.includes(extension) ?? false)
}

function includes(type: FileType, kind: Kind, extension: string): boolean {
  if (type.startsWith('.')) {
    const wanted = type.slice(1)
    return (
      wanted === extension || (wanted === kind.extension && extension === '') || isSpelling(wanted, extension)
    )
  }
  if (!type.endsWith('/*')) return type === kind.mime
  if (active.has(kind.mime)) return false
  const family = type.slice(0, -1)
  const isRecording = containers.has(kind.extension) && (family === 'audio/' || family === 'video/')
  return kind.mime.startsWith(family) || isRecording
}

const spellings = [
  ['jpg', 'jpeg', 'jpe', 'jfif'],
  ['tif', 'tiff'],
  ['htm', 'html'],
  ['yml', 'yaml'],
  ['mpg', 'mpeg'],
  ['aif', 'aiff'],
  ['mid', 'midi'],
] as const

/** `.jpg` means `.jpeg` too; `.zip` doesn't mean `.docx`. */
function isSpelling(wanted: string, extension: string): boolean {
  return spellings.some((group: readonly string[]) => group.includes(wanted) && group.includes(extension))
}

/** No NUL and no control characters but those of plain text; encodings are many, so bytes beyond ASCII pass. */
function isText(sample: Uint8Array): boolean {
  const [first, second] = sample
  // Spreadsheets and editors on Windows write UTF-16, and its mark before it (RFC 2781 section 3.2).
  if (first === 0xff && second === 0xfe) return isUtf16(sample, true)
  if (first === 0xfe && second === 0xff) return isUtf16(sample, false)
  return sample.every(isPlain)
}

function isUtf16(sample: Uint8Array, littleEndian: boolean): boolean {
  const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength)
  for (let at = 2; at + 1 < sample.byteLength; at += 2)
    if (!isPlain(view.getUint16(at, littleEndian))) return false
  return sample.byteLength % 2 === 0
}

function isPlain(sign: number): boolean {
  return sign >= 0x20 || (sign >= 0x09 && sign <= 0x0d) || sign === 0x1b
}
