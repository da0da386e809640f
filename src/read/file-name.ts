/** The name that an uploaded file keeps: one that no file system, shell or reader takes for something else. */

/** NTFS allows 255 UTF-16 units, up to 765 bytes; the app shortens further (gradio_client/utils.py 2.7.2). */
const longest = 765

/** Control characters; what turns the direction of writing, so that `exe.gpj` reads as `jpg.exe`; invisible ones. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** Of a path in the manner of any system the last part; `file` where nothing is left. */
export function safeFileName(given: string): string {
  const base = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1)
  const name = withoutDots(base.replace(unprintable, '').trim())
  return shorten(name === '' ? 'file' : name)
}

/** After the last dot, lower case; empty if there is none. */
export function extensionOf(name: string): string {
  return (/[^.]\.([^.]*)$/.exec(name)?.[1] ?? '').toLowerCase()
}

/** Windows opens `a.html. .` as `a.html`. */
function withoutDots(name: string): string {
  let end = name.length
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--
  return name.slice(0, end)
}

/** The end tells what kind of file it is, and stays. One look at each character: a form brings a thousand long names. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= longest) return name
  const end = /\.[\w-]{1,16}$/.exec(name.slice(-17))?.[0] ?? ''
  let room = longest - end.length
  let kept = ''
  for (const point of name.slice(0, name.length - end.length)) {
    room -= Buffer.byteLength(point)
    if (room < 0) break
    kept += point
  }
  return kept + end
}
