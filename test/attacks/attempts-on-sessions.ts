/** What one person of an app can do to another whose session's name they know. */
import { expect } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { callFunction } from '../rig/use-app.ts'
import {
  api,
  begin,
  done,
  join,
  letGo,
  listen,
  newHash,
  secret,
  start,
  stream,
  type Attempt,
  type Two,
} from './two-people.ts'

/** Alice hears something out; answers where the pieces of it are fetched. */
async function played(two: Two, hash: string): Promise<string> {
  await join(two, two.alice, 'play', [secret], hash)
  const text = await listen(two, two.alice, hash, done)
  const [, folder = ''] = /"path":"([^"]+\/)playlist\.m3u8"/.exec(text) ?? []
  if (folder === '') throw new TypeError(`nothing was played: ${text}`)
  return `${api}/stream/${folder}`
}

async function countSeconds(two: Two, from: string, headers: Two['bob']): Promise<number> {
  const { body } = await ask(two.url, `${from}playlist.m3u8`, { headers })
  return (body.match(/#EXTINF/g) ?? []).length
}

export const attemptsOnSessions = {
  "listen to the other's stream": async (two) => {
    const hash = newHash()
    await join(two, two.alice, 'echo', [secret], hash)
    return (await listen(two, two.bob, hash, done)).includes(secret)
  },

  "take messages out of the other's running stream": async (two) => {
    const hash = newHash()
    await join(two, two.alice, 'count', [40, 0.05], hash)
    const own = await stream(two, two.alice, hash)
    await own.until(/counted 1/)
    const other = await stream(two, two.bob, hash)
    await Promise.race([own.until(done), other.until(done)])
    own.close()
    other.close()
    return other.text.includes('counted')
  },

  "make the other's call fail by listening and hanging up": async (two) => {
    const { own: first, word } = await begin(two)
    const [hash, hers, later] = [newHash(), newHash(), newHash()]
    await join(two, two.alice, 'hold', [hers], hash)
    const other = await stream(two, two.bob, hash)
    await other.until(/estimation|unexpected_error/)
    other.close()
    // The app takes a moment to notice.
    if (other.text.includes('estimation')) await expect.poll(two.app.queueSize, { timeout: 20_000 }).toBe(0)
    await letGo(two, word, hers, later)
    const own = await stream(two, two.alice, hash)
    await join(two, two.alice, 'hold', [later], hash)
    const text = await own.until(new RegExp(`${hers} ends|${later} ends|unexpected_error`))
    own.close()
    first.close()
    return !text.includes(`${hers} ends`)
  },

  "listen to the other's event by using its id as a session": async (two) => {
    const id = await start(two, two.alice, 'echo', [secret])
    return (await listen(two, two.bob, id, done)).includes(secret)
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

  "change what the other's session remembers": async (two) => {
    const hash = newHash()
    const put = (headers: Two['bob'], item: string) =>
      callFunction(two.url, 'remember', [item, null], { headers, session_hash: hash })
    await put(two.alice, 'hers')
    await put(two.bob, 'forged')
    return JSON.stringify(await put(two.alice, 'hers')).includes('forged')
  },

  'run a function that was rendered for the other': async (two) => {
    const hash = newHash()
    const body = { data: [2], fn_index: two.app.index('apply'), session_hash: hash }
    const drawn = await askJson(two.url, `${api}/run/predict`, body, { headers: two.alice })
    const { render_config } = JSON.parse(drawn.body) as {
      render_config: { dependencies: { id: number }[] }
    }
    const fn_index = render_config.dependencies[0]?.id
    const called = { data: [], fn_index, session_hash: hash }
    const answer = await askJson(two.url, `${api}/run/predict`, called, { headers: two.bob })
    return answer.body.includes('filled')
  },

  'look into a folder that was opened for the other': async (two) => {
    const hash = newHash()
    const body = { data: ['Alice'], fn_index: two.app.index('open_shelf'), session_hash: hash }
    await askJson(two.url, `${api}/run/predict`, body, { headers: two.alice })
    const asked = {
      session_hash: hash,
      component_id: two.app.component('fileexplorer'),
      fn_name: 'ls',
      data: [],
    }
    const answer = await askJson(two.url, `${api}/component_server`, asked, { headers: two.bob })
    return answer.body.includes('letters of Alice')
  },

  "end the other's session": async (two) => {
    const hash = newHash()
    const from = await played(two, hash)
    const beat = await follow(`${two.url}${api}/heartbeat/${hash}`, two.bob)
    await beat.until(/ALIVE/)
    beat.close()
    if (beat.status !== 200) return (await countSeconds(two, from, two.alice)) === 0
    // It is the last that the app does for a session that ends, whoever's session of that name it is.
    await expect.poll(two.app.journal, { timeout: 20_000 }).toContain(`left ${hash}`)
    return (await countSeconds(two, from, two.alice)) === 0
  },

  'hear what is played to the other': async (two) => {
    const from = await played(two, newHash())
    const { body } = await ask(two.url, `${from}playlist.m3u8`, { headers: two.bob })
    const [piece = 'x.aac'] = /^[^#].*\.aac$/m.exec(body) ?? []
    const [heard, whole] = await Promise.all(
      [piece, 'playlist-file'].map((name) => ask(two.url, `${from}${name}`, { headers: two.bob })),
    )
    return `${heard?.body ?? ''}${whole?.body ?? ''}`.includes(secret)
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
    const id = await linkOf(two)
    const shown = await ask(two.url, `/config?deep_link=${encodeURIComponent(id)}`, { headers: two.bob })
    return shown.body.includes(secret)
  },

  'read the file behind a deep link that the other made': async (two) => {
    const file = `${two.app.temporary}/deep_links/${await linkOf(two)}/state.json`
    const { body } = await ask(two.url, `${api}/file=${file}`, { headers: two.bob })
    return body.includes(secret)
  },
} as const satisfies Readonly<Record<string, Attempt>>

/** Of a screen of Alice's; answers its id. */
async function linkOf(two: Two): Promise<string> {
  const hash = newHash()
  await callFunction(two.url, 'remember', [secret, null], { headers: two.alice, session_hash: hash })
  const { body } = await ask(two.url, `${api}/deep_link?session_hash=${hash}`, { headers: two.alice })
  return JSON.parse(body) as string
}
