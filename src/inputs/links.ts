/** Links in a file's place: the app would fetch them itself, so only to hosts that the operator names. */
import type { Slot } from '../app/model.ts'
import { isJsonList, isJsonObject, type Json } from '../kit/json.ts'

/** gradio_client/utils.py 2.7, is_file_obj_with_meta: Gradio treats it as a file in the value of any component. */
export function saysFile(value: Json): boolean {
  const meta = isJsonObject(value) ? value['meta'] : undefined
  return isJsonObject(meta) && meta['_type'] === 'gradio.FileData'
}

/** Every link that stands where the app reads a file. */
export function linksIn(value: Json, slot: Pick<Slot, 'holdsFiles'>): readonly string[] {
  if (isJsonList(value)) return value.flatMap((one) => linksIn(one, slot))
  if (!isJsonObject(value)) return []
  const path = value['path']
  const own = typeof path === 'string' && isLink(path) && (slot.holdsFiles || saysFile(value)) ? [path] : []
  return [...own, ...Object.values(value).flatMap((one) => linksIn(one, slot))]
}

/** Any scheme, and what a parser might take for one: a path of the app begins with a slash. */
function isLink(path: string): boolean {
  return /^[\s\u0000-\u0020]*[a-z][a-z0-9+.-]*:/i.test(path)
}

export function isLinkAllowed(link: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(link)) return false
  const { protocol, username, password, port, hostname } = new URL(link)
  // What two parsers could read differently is no link that anybody needs.
  if (protocol !== 'https:' || username !== '' || password !== '' || port !== '' || /[\s\\]/.test(link))
    return false
  return hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host))
}
