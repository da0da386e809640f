/** Files that a value names: every one must be the asker's, or shown to everybody. */
import { isFileDataLike, isLink } from '../app/file-data.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'
import { valuesIn } from '../kit/values-in.ts'
import { isDeepLinkFile, isNormalPath } from '../ownership/file-path.ts'
import type { FileStanding } from '../ownership/ownership.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { unknownObject, type Asked } from './asked.ts'
import { wrong } from './call-body.ts'

/**
 * What counts as a file in a value. `file`: of a component that holds files, every object with a `path` or an address; `frame`:
 * the same where a camera may put what it sees in the file's place; `free`: what says that it is one, as Gradio itself looks for it in any value; `wary`: every object with a `path`, however it is
 * spelt, since the function gets it as it is (gradio/events.py 6.31: DownloadData makes a file of any).
 */
export type Suspicion = 'file' | 'frame' | 'free' | 'wary'

export interface Suspect {
  readonly value: Json
  readonly suspicion: Suspicion
}

/** More files than any page sends; each costs a look-up. */
const most = 10_000

/** The paths that the values name; a refusal when one can't be anybody's. */
export function findPaths(suspects: readonly Suspect[], asked: Asked): readonly string[] | Refusal {
  const paths = new Set<string>()
  for (const { value, suspicion } of suspects) {
    for (const one of valuesIn(value)) {
      if (!isJsonObject(one) || !(isSuspect(one, suspicion) || isFileOfFour(one, asked))) continue
      if (suspicion === 'file' && bringsContent(one)) return refuse('file-refused', { why: 'inline' })
      const trouble = takeFile(one, paths, asked)
      if (trouble !== undefined) return trouble
    }
  }
  return paths.size > most ? wrong('files') : [...paths]
}

export async function judgePaths(
  paths: readonly string[],
  { owner, parts }: Asked,
): Promise<readonly FileStanding[]> {
  return paths.length === 0 ? [] : parts.ownership.judgeFiles(owner, paths)
}

/** Both at once. */
export async function judgeFiles(
  suspects: readonly Suspect[],
  asked: Asked,
): Promise<readonly FileStanding[] | Refusal> {
  const paths = findPaths(suspects, asked)
  return isRefusal(paths) ? paths : judgePaths(paths, asked)
}

/** The deep link's own file is read by opening the link, and by nothing else. */
export function isPathOfFile(path: string): boolean {
  return isNormalPath(path) && !isDeepLinkFile(path)
}

/** Gradio 4 takes every object with a `path` for a file, in any value (gradio/processing_utils.py 4.44.1, is_file_obj). */
function isFileOfFour({ path }: JsonObject, { model }: Asked): boolean {
  return typeof path === 'string' && model.gradio.startsWith('4.')
}

function isSuspect(value: JsonObject, suspicion: Suspicion): boolean {
  const path = value['path']
  const url = value['url']
  switch (suspicion) {
    case 'file':
    case 'frame':
      return typeof path === 'string' || (typeof url === 'string' && (isLink(url) || isInline(url)))
    case 'free':
      return isFileDataLike(value)
    case 'wary':
      return typeof path === 'string'
  }
}

function isInline(url: string): boolean {
  return /^data:/i.test(url)
}

/**
 * Content that Gradio would take in the file's place (gradio/image_utils.py 6.31, preprocess_image), past all that is asked of
 * uploads. Its page does that with an SVG which it has uploaded, and with a camera's pictures.
 */
function bringsContent({ path, url }: JsonObject): boolean {
  if (typeof url !== 'string' || !isInline(url)) return false
  return !(url.startsWith('data:image/svg+xml') && typeof path === 'string' && /\.svg$/i.test(path))
}

function takeFile(file: JsonObject, paths: Set<string>, asked: Asked): Refusal | undefined {
  const path = file['path']
  if (!isHarmlessUrl(file['url'], asked)) return unknownObject('link')
  if (typeof path !== 'string') return undefined
  // A microphone that streams says so of the pieces that it uploaded: ordinary files, by paths from the root.
  if (file['is_stream'] === true && !path.startsWith('/')) {
    return isOwnStream(path, asked) ? undefined : unknownObject('file')
  }
  if (isLink(path)) return isAllowedLink(path, asked) ? undefined : unknownObject('link')
  if (!isPathOfFile(path)) return unknownObject('file')
  paths.add(path)
  return undefined
}

/** `<session>/<run>/<component>/playlist.m3u8` (gradio/route_utils.py 6.31, MediaStream): the session is in the long form. */
function isOwnStream(path: string, { owner, parts }: Asked): boolean {
  const [session, ...rest] = path.split('/')
  if (session === undefined || rest.length !== 3 || rest.some((one) => !/^[\w.-]*\w$/.test(one))) return false
  return parts.ownership.nameMediaSession(owner, session)?.upstream === session
}

/**
 * Gradio writes the `url` of an input anew from its path, except where an app was loaded from elsewhere: there it names what
 * the server fetches with its own credentials (gradio/processing_utils.py 6.31). Clients send back what they were given.
 */
function isHarmlessUrl(url: Json | undefined, asked: Asked): boolean {
  if (url === undefined || url === null) return true
  if (typeof url !== 'string' || /proxy=/i.test(url)) return false
  return !isLink(url) || URL.parse(url)?.host === asked.request.site.host || isAllowedLink(url, asked)
}

function isAllowedLink(link: string, { model, parts }: Asked): boolean {
  if (model.sharedFiles.has(link)) return true
  const url = URL.parse(link)
  return url !== null && parts.allowsLink?.(url) === true
}
