/** What one person of an app can do to another: each attempt answers whether it reached its goal. */
import { request } from 'node:http'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { callFunction, readEvents, uploadFile } from '../rig/use-app.ts'

type Headers = Readonly<Record<string, string>>

export interface Neighbours {
  readonly url: string
  readonly alice: Headers
  readonly bob: Headers
  /** Numbers of the app's functions (test/rig/apps/neighbours.py). */
  readonly index: (name: string) => number
}

type Attempt = (neighbours: Neighbours) => Promise<boolean>

const api = '/gradio_api'
const secret = 'the wage of Alice'
let made = 0
const newHash = () => `chosen${String(Date.now())}${String(++made)}`

/** Joins the queue as the page does; answers the event's id. */
async function join(
  { url, index }: Neighbours,
  headers: Headers,
  name: string,
  data: readonly unknown[],
  session_hash: string,
): Promise<string> {
  const body = { data, fn_index: index(name), session_hash }
  const answer = await askJson(url, `${api}/queue/join`, body, { headers })
  if (answer.status !== 200) throw new TypeError(`could not join: ${answer.status} ${answer.body}`)
  return (JSON.parse(answer.body) as { event_id: string }).event_id
}

function listen({ url }: Neighbours, headers: Headers, session_hash: string, last: RegExp): Promise<string> {
  return readEvents(`${url}${api}/queue/data?session_hash=${session_hash}`, headers, last)
}

const stream = ({ url }: Neighbours, headers: Headers, session_hash: string) =>
  follow(`${url}${api}/queue/data?session_hash=${session_hash}`, headers)

const done = /process_completed|unexpected_error/

async function read({ url }: Neighbours, headers: Headers, path: string): Promise<string> {
  return (await ask(url, `${api}/file=${encodeURI(path)}`, { headers })).body
}

async function savedBy({ url }: Neighbours, headers: Headers): Promise<string> {
  const result = await callFunction(url, 'save', [secret], { headers })
  return (result?.[0] as { path: string } | undefined)?.path ?? ''
}

export const attempts = {
  "listen to the other's stream": async (two) => {
    const hash = newHash()
    await join(two, two.alice, 'echo', [secret], hash)
    return (await listen(two, two.bob, hash, done)).includes(secret)
  },

  "take messages out of the other's running stream": async (two) => {
    const hash = newHash()
    await join(two, two.alice, 'count', [8, 0.1], hash)
    const own = await stream(two, two.alice, hash)
    await own.until(/counted 1/)
    const other = await stream(two, two.bob, hash)
    await Promise.race([own.until(done), other.until(done)])
    own.close()
    other.close()
    return other.text.includes('counted')
  },

  "fetch the other's result by its event id": async (two) => {
    const started = await askJson(two.url, `${api}/call/echo`, { data: [secret] }, { headers: two.alice })
    const { event_id } = JSON.parse(started.body) as { event_id: string }
    const text = await readEvents(
      `${two.url}${api}/call/echo/${event_id}`,
      two.bob,
      /event: .*\ndata: .*\n|\}/,
    )
    return text.includes(secret)
  },

  "listen to the other's event by using its id as a session": async (two) => {
    const started = await askJson(two.url, `${api}/call/echo`, { data: [secret] }, { headers: two.alice })
    const { event_id } = JSON.parse(started.body) as { event_id: string }
    return (await listen(two, two.bob, event_id, done)).includes(secret)
  },

  "read what the other's session remembers": async (two) => {
    const hash = newHash()
    await callFunction(two.url, 'remember', [secret, null], { headers: two.alice, session_hash: hash })
    const result = await callFunction(two.url, 'remember', ['x', null], {
      headers: two.bob,
      session_hash: hash,
    })
    return JSON.stringify(result ?? '').includes(secret)
  },

  'run a function that was rendered for the other': async (two) => {
    const hash = newHash()
    const body = { data: [2], fn_index: two.index('apply'), session_hash: hash }
    const drawn = await askJson(two.url, `${api}/run/predict`, body, { headers: two.alice })
    const { render_config } = JSON.parse(drawn.body) as {
      render_config: { dependencies: { id: number }[] }
    }
    const fn_index = render_config.dependencies[0]?.id
    const called = { data: [], fn_index, session_hash: hash }
    const answer = await askJson(two.url, `${api}/run/predict`, called, { headers: two.bob })
    return answer.body.includes('filled')
  },

  "cancel the other's running event": async (two) => {
    const hash = newHash()
    const event_id = await join(two, two.alice, 'count', [10, 0.1], hash)
    const own = await stream(two, two.alice, hash)
    await own.until(/counted 1/)
    const body = { session_hash: hash, fn_index: two.index('count'), event_id }
    await askJson(two.url, `${api}/cancel`, body, { headers: two.bob })
    const text = await own.until(done)
    return text.includes('process_completed') && !text.includes('counted 10')
  },

  "take the other's event out of the queue, from a session of one's own": async (two) => {
    const hash = newHash()
    await join(two, two.alice, 'sleep', [1, 'first'], hash)
    const event_id = await join(two, two.alice, 'sleep', [0, 'second'], hash)
    const body = { session_hash: newHash(), fn_index: two.index('sleep'), event_id }
    await askJson(two.url, `${api}/cancel`, body, { headers: two.bob })
    await join(two, two.alice, 'sleep', [0, 'third'], hash)
    const own = await stream(two, two.alice, hash)
    const text = await own.until(/said third|close_stream|unexpected_error/)
    own.close()
    return text.includes('said third') && !text.includes('said second')
  },

  'rewrite what the other has queued': async (two) => {
    const first = newHash()
    const second = newHash()
    await join(two, two.alice, 'sleep', [1.5, 'first'], first)
    const event_id = await join(two, two.alice, 'sleep', [0, 'hers'], second)
    await askJson(
      two.url,
      `${api}/stream/${event_id}`,
      { data: [0, 'forged'], fn_index: two.index('sleep'), session_hash: second },
      { headers: two.bob },
    )
    return (await listen(two, two.alice, second, done)).includes('forged')
  },

  'read a file that was made for the other': async (two) => {
    const path = await savedBy(two, two.alice)
    return path !== '' && (await read(two, two.bob, path)) === secret
  },

  'read a file that the other uploaded': async (two) => {
    const path = await uploadFile(two.url, 'wage.txt', secret, two.alice)
    return (await read(two, two.bob, path)) === secret
  },

  "hand a function the other's file": async (two) => {
    const path = await uploadFile(two.url, 'wage.txt', secret, two.alice)
    const file = { path, meta: { _type: 'gradio.FileData' } }
    const result = await callFunction(two.url, 'read', [file], { headers: two.bob })
    return JSON.stringify(result ?? '').includes(secret)
  },

  'hand it over deep inside another value': async (two) => {
    const path = await uploadFile(two.url, 'wage.txt', secret, two.alice)
    const message = { text: '', files: [{ path, meta: { _type: 'gradio.FileData' } }] }
    const result = await callFunction(two.url, 'read_message', [message], { headers: two.bob })
    return JSON.stringify(result ?? '').includes(secret)
  },

  "have a function that echoes text vouch for the other's file": async (two) => {
    const path = await uploadFile(two.url, 'wage.txt', secret, two.alice)
    await callFunction(two.url, 'echo', [`${api}/file=${path}`], { headers: two.bob })
    return (await read(two, two.bob, path)) === secret
  },

  "have a function that echoes JSON vouch for the other's file": async (two) => {
    const path = await uploadFile(two.url, 'wage.txt', secret, two.alice)
    const url = `${two.url}${api}/file=${path}`
    const file = { path, url, orig_name: 'x', meta: { _type: 'gradio.FileData' } }
    await callFunction(two.url, 'echo_json', [file], { headers: two.bob })
    return (await read(two, two.bob, path)) === secret
  },

  "have a streamed link vouch for the other's file": async (two) => {
    const path = await uploadFile(two.url, 'wage.txt', secret, two.alice)
    await callFunction(two.url, 'link_slowly', [path], { headers: two.bob })
    return (await read(two, two.bob, path)) === secret
  },

  "copy the other's screen by a deep link": async (two) => {
    const hash = newHash()
    await callFunction(two.url, 'remember', [secret, null], { headers: two.alice, session_hash: hash })
    const made = await ask(two.url, `${api}/deep_link?session_hash=${hash}`, { headers: two.bob })
    if (made.status !== 200) return false
    const id = JSON.parse(made.body) as string
    const shown = await ask(two.url, `/config?deep_link=${encodeURIComponent(id)}`, { headers: two.bob })
    return shown.body.includes(secret)
  },

  'open a deep link that the other made': async (two) => {
    const hash = newHash()
    await callFunction(two.url, 'remember', [secret, null], { headers: two.alice, session_hash: hash })
    const made = await ask(two.url, `${api}/deep_link?session_hash=${hash}`, { headers: two.alice })
    const id = JSON.parse(made.body) as string
    const shown = await ask(two.url, `/config?deep_link=${encodeURIComponent(id)}`, { headers: two.bob })
    return shown.body.includes(secret)
  },

  'watch what the other uploads': async (two) => {
    const upload_id = newHash()
    const sending = request(`${two.url}${api}/upload?upload_id=${upload_id}`, {
      method: 'POST',
      headers: { ...two.alice, 'content-type': 'multipart/form-data; boundary=b' },
    })
    const gone = new Promise((resolve) => sending.once('close', resolve))
    sending.on('error', () => undefined)
    const head = 'content-disposition: form-data; name="files"; filename="wage-of-alice.txt"'
    sending.write(`--b\r\n${head}\r\n\r\n${'x'.repeat(100_000)}`)
    const seen = await follow(`${two.url}${api}/upload_progress?upload_id=${upload_id}`, two.bob)
    const text = seen.status === 200 ? await seen.until(/orig_name|done/) : ''
    seen.close()
    sending.destroy()
    await gone
    return text.includes('wage-of-alice')
  },
} as const satisfies Readonly<Record<string, Attempt>>
