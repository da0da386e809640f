/** The name that an uploaded file keeps: one that no file system, shell or reader takes for something else. */

/** NTFS allows 255 UTF-16 units, up to 765 bytes; the app shortens further (gradio_client/utils.py 2.7.2). */
const longest = 765

/** Control characters; what turns the direction of writing, so that `exe.gpj` reads as `jpg.exe`; invisible ones. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Of a path in the manner of any system the last part; `file` where nothing is left. */
export function safeFileName(given: string): string {
  const base = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1)
  const name = base.replace(unprintable, '').trim()
  return shorten(/^\.*$/.test(name) ? 'file' : name)
}

/** After the last dot, lower case; empty if there is none. */
export function extensionOf(name: string): string {
  return (/[^.]\.([^.]*)$/.exec(name)?.[1] ?? '').toLowerCase()
}

/** The end tells what kind of file it is, and stays. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= longest) return name
  const end = /\.[\w-]{1,16}$/.exec(name)?.[0] ?? ''
  const points = Array.from(name.slice(0, name.length - end.length))
  while (Buffer.byteLength(points.join('')) + end.length > longest) points.pop()
  return points.join('') + end
}
