/** Paths of files on the app's machine, as the ledger knows them: one spelling each. */

/** PATH_MAX of Linux, in bytes; counted in UTF-16 units, which are fewer. */
const longest = 4096

const odd = /[\u0000-\u001f\u007f]/

/**
 * Absolute, POSIX, without `.`, `..`, empty segments and a slash at the end, as Gradio itself writes paths. What is spelt
 * otherwise is no file that anybody owns: mending it would judge another text than the one that the app opens. Paths of
 * Windows are none either; an app there is not supported.
 */
export function isNormalPath(path: string): boolean {
  if (!path.startsWith('/') || path.length > longest) return false
  if (odd.test(path) || !path.isWellFormed()) return false
  return !path
    .slice(1)
    .split('/')
    .some((segment) => segment === '' || segment === '.' || segment === '..')
}

/** What a deep link keeps (gradio/routes.py 6.31, `deep_link`): whoever may read it opens the link, never the file. */
export function isDeepLinkFile(path: string): boolean {
  return /\/deep_links\/[^/]+\/state\.json$/.test(path)
}
