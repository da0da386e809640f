/** Under which media type a file's content keeps the ending of its name, in the `data:` address that a tool is given. */

/**
 * Gradio hands out what a browser could run, and much else, as this (gradio/routes.py 6.31, file), and names the copy that a tool
 * gets `file` with the ending that Python's mimetypes has for the type (gradio/processing_utils.py 6.31, save_base64_to_cache).
 */
const unsaid = 'application/octet-stream'

/** Those that Python makes the same ending of again (3.11, some of them from the system's mime.types). */
const types: ReadonlyMap<string, string> = new Map([
  ['7z', 'application/x-7z-compressed'],
  ['avi', 'video/x-msvideo'],
  ['css', 'text/css'],
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['eml', 'message/rfc822'],
  ['epub', 'application/epub+zip'],
  ['flac', 'audio/flac'],
  ['geojson', 'application/geo+json'],
  ['glb', 'model/gltf-binary'],
  ['gz', 'application/gzip'],
  ['h5', 'application/x-hdf5'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['md', 'text/markdown'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['obj', 'model/obj'],
  ['ods', 'application/vnd.oasis.opendocument.spreadsheet'],
  ['odt', 'application/vnd.oasis.opendocument.text'],
  ['pdf', 'application/pdf'],
  ['ppt', 'application/vnd.ms-powerpoint'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['py', 'text/x-python'],
  ['rtf', 'application/rtf'],
  ['stl', 'model/stl'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['tiff', 'image/tiff'],
  ['tsv', 'text/tab-separated-values'],
  ['txt', 'text/plain'],
  ['vtt', 'text/vtt'],
  ['wav', 'audio/wav'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['xml', 'text/xml'],
  ['zip', 'application/zip'],
])

/** `told`: what the app says that it is. */
export function mediaTypeFor(path: string, told: string): string {
  if (told !== unsaid) return told
  const ending = /\.([^./]*)$/.exec(path)?.[1] ?? ''
  return types.get(ending.toLowerCase()) ?? unsaid
}
