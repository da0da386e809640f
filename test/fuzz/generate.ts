/** Requests as a hostile client would write them: nearly right, and wrong in ways that two readers may read differently. */
import type { Method } from '../../src/catalog/entry.ts'
import { catalogue } from '../../src/catalog/index.ts'
import type { Random } from './random.ts'
import type { RawRequest } from './ways.ts'

/** What may stand where a request names something. */
export interface Pools {
  readonly names: readonly string[]
  readonly indexes: readonly number[]
  readonly sessions: readonly string[]
  readonly events: readonly string[]
  readonly files: readonly string[]
}

// Gradio waits three seconds for an upload that nobody sends.
const upstream = catalogue.filter(
  ({ goesTo, body, id }) => goesTo === 'upstream' && body.kind !== 'upload' && id !== 'file.upload.progress',
)
const calling = upstream.filter((entry) => entry.action === 'callFunction')

export function generate(random: Random, pools: Pools): RawRequest {
  const entry = random.pick(random.chance(0.75) ? calling : upstream)
  const path = entry.path
    .replace('[/]', random.chance(0.2) ? '/' : '')
    .replace(/\{(\w+)(?:\.\.\.)?\}/g, (_all, name) => encodeURI(valueOf(String(name), random, pools)))
  const target = (random.chance(0.75) ? bend(path, random) : path) + queryFor(entry.names, random, pools)
  const method = random.chance(0.95) ? random.pick(entry.methods) : random.pick(methods)
  const headers = random.chance(0.85) ? json : random.pick(types)
  if (method === 'GET' || method === 'HEAD') return { method, target, headers: {} }
  const names = /call\/v2/.test(entry.path) ? namedBody(random, pools) : callBody(entry.path, random, pools)
  return { method, target, headers, body: names }
}

const methods: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
const json = { 'content-type': 'application/json' }
const types: readonly Record<string, string>[] = [
  { 'content-type': 'application/json; charset=utf-8' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/problem+json' },
  { 'content-type': 'application/json, text/plain' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  {},
]

function valueOf(name: string, random: Random, pools: Pools): string {
  switch (name) {
    case 'api_name':
      return random.pick(pools.names)
    case 'session_hash':
      return random.pick(pools.sessions)
    case 'event_id':
      return random.pick(pools.events)
    case 'file':
      return random.pick(pools.files)
    default:
      return random.pick(['1', 'x', 'a.css', 'client'])
  }
}

/** One of the spellings by which a router and a guard in front of it come to disagree. */
function bend(path: string, random: Random): string {
  const at = random.below(path.length)
  const [head, char, tail] = [path.slice(0, at), path.charAt(at), path.slice(at + 1)]
  const hex = char.charCodeAt(0).toString(16)
  switch (random.below(14)) {
    case 0:
    case 1:
    case 2:
      return `${head}%${hex}${tail}`
    case 3:
      return `${head}%${hex.toUpperCase()}${tail}`
    case 4:
      return `${head}%25${hex}${tail}`
    case 5:
      return head + char.toUpperCase() + tail
    case 6:
      return path.replace(
        /\/(?=[^/]*$)/,
        random.pick(['%2F', '%2f', '//', '/./', '/x/../', '\\', '%5c', ';/']),
      )
    case 7:
      return `${path}/`
    case 8:
      return path + random.pick([';x', '%00', '%20', '%0a', '#x', '.json', '?', '//', '%3f', '%3Ffn_index=1'])
    case 9:
      return `${random.pick(['//', '/.', '/%2e/', '/x/..', 'http://gate.test'])}${path}`
    case 10:
      return `${head}${char}${char}${tail}`
    case 11:
      return head + tail
    case 12:
      return path.replace(
        '/gradio_api',
        random.pick(['', '/GRADIO_API', '/gradio_api/gradio_api', '/gradio%5fapi']),
      )
    default:
      return path.replace('/run/', '/call/').replace('/api/', '/run/')
  }
}

function queryFor(
  names: readonly { readonly in: string; readonly name: string }[],
  random: Random,
  pools: Pools,
): string {
  const pairs = names
    .filter((one) => one.in === 'query' && random.chance(0.9))
    .map(
      ({ name }) =>
        `${random.chance(0.1) ? name.replace('_', '%5F') : name}=${queryValue(name, random, pools)}`,
    )
  if (random.chance(0.1))
    pairs.push(random.pick(['fn_index=1', 'session_hash=zzz', 'api_name=admin', '__theme=dark', 'a', '=']))
  return pairs.length === 0 ? '' : `?${random.shuffle(pairs).join(random.chance(0.95) ? '&' : ';')}`
}

function queryValue(name: string, random: Random, pools: Pools): string {
  switch (name) {
    case 'session_hash':
      return random.pick(pools.sessions)
    case 'page':
      return random.pick(['', 'second', 'third', '%73econd', 'second%20'])
    case 'deep_link':
      return random.pick(['', 'mine', 'theirs', '..'])
    default:
      return random.pick(['u1', 'u2', 'x'])
  }
}

/** Text of JSON, since much of what matters is lost in a value: keys twice, numbers in odd spellings. */
function callBody(path: string, random: Random, pools: Pools): string {
  const fields: string[] = [field('data', random.chance(0.97) ? dataText(random, pools) : '{}')]
  const unnamed = !/(?:run|api|call)\//.test(path)
  if (random.chance(unnamed ? 0.97 : 0.5)) fields.push(field('fn_index', indexText(random, pools)))
  if (random.chance(unnamed ? 0.97 : 0.6))
    fields.push(field('session_hash', JSON.stringify(random.pick(pools.sessions))))
  if (path.includes('cancel') || path.includes('reset')) {
    fields.push(field('event_id', JSON.stringify(random.pick(pools.events))))
  }
  for (const extra of extras) if (random.chance(0.05)) fields.push(extra)
  if (random.chance(0.04)) fields.push(field('fn_index', indexText(random, pools)))
  const text = `{${random.shuffle(fields).join(',')}}`
  return random.chance(0.97)
    ? text
    : random.pick([`[${text}]`, `\ufeff${text}`, `${text} `, text.slice(1), `${text}{}`])
}

const extras = [
  '"event_id":"e1"',
  '"batched":true',
  '"simple_format":true',
  '"trigger_id":4',
  '"trigger_id":"4"',
  '"event_data":{"index":[0,1],"value":"v"}',
  '"oauth_token":"hf_x"',
  '"api_name":"admin"',
  '"__proto__":{"fn_index":1}',
  '"kind":"refusal"',
]

function field(name: string, text: string): string {
  return `"${name}":${text}`
}

function indexText(random: Random, pools: Pools): string {
  const index = String(random.pick(pools.indexes))
  if (random.chance(0.5)) return index
  return random.pick([
    `"${index}"`,
    `${index}.0`,
    `${index}e0`,
    `-${index}`,
    `0${index}`,
    'true',
    'null',
    '1e999',
    `[${index}]`,
  ])
}

const values = [
  '"token"',
  '{"a":[1,2.5,"x"]}',
  'null',
  '0',
  '1e3',
  '[]',
  '"\\u00e9\\ud83d\\ude00"',
  '18331719449662323894',
]

function dataText(random: Random, pools: Pools): string {
  const length = random.pick([0, 1, 1, 1, 1, 2, 3, 3, 4])
  const items = Array.from({ length }, () =>
    random.chance(0.12) ? fileText(random, pools) : random.pick(values),
  )
  return `[${items.join(',')}]`
}

function fileText(random: Random, pools: Pools): string {
  const path = JSON.stringify(random.pick(pools.files))
  const meta = random.chance(0.7) ? ',"meta":{"_type":"gradio.FileData"}' : ''
  return `{"path":${path}${meta}}`
}

function namedBody(random: Random, pools: Pools): string {
  const names = ['value', 'param_0', 'kept', 'image', 'session_hash', 'fn_index', 'oauth_token', 'data']
  const fields = [`"value":${random.pick(values)}`]
  if (random.chance(0.2))
    fields.push(`"${random.pick(names)}":${random.pick([...values, fileText(random, pools)])}`)
  return `{${random.shuffle(fields).join(',')}}`
}
