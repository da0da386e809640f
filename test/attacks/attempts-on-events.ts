/** What one person of an app can do to another whose event's id they know, or guess its function. */
import { askJson } from '../rig/ask.ts'
import { readEvents } from '../rig/use-app.ts'
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

const cancel = ({ url }: Two, headers: Two['bob'], body: object) =>
  askJson(url, `${api}/cancel`, body, { headers })

/** What Alice's stream tells when a second call of hers, which waits for the first, is done. */
async function hearBoth(two: Two, { own, word, ids }: Awaited<ReturnType<typeof begin>>) {
  const other = newHash()
  const second = await join(two, two.alice, 'hold', [other], ids.session_hash)
  await letGo(two, word, other)
  const text = await own.until(new RegExp(`"process_completed","event_id":"${second}`))
  own.close()
  return text
}

/** Alice sends one piece after the other to a function that follows. */
async function streaming(two: Two) {
  const session_hash = newHash()
  const fn_index = two.app.index('follow')
  const event_id = await join(two, two.alice, 'follow', [null, 'the first'], session_hash)
  const own = await stream(two, two.alice, session_hash)
  await own.until(/followed the first/)
  const feed = (headers: Two['bob'], text: string) => {
    const body = { data: [null, text], fn_index, session_hash }
    return askJson(two.url, `${api}/stream/${event_id}`, body, { headers })
  }
  const end = (headers: Two['bob']) =>
    askJson(two.url, `${api}/stream/${event_id}/close`, { data: [], session_hash }, { headers })
  return { own, feed, end }
}

export const attemptsOnEvents = {
  "fetch the other's result by its event id": async (two) => {
    const id = await start(two, two.alice, 'echo', [secret])
    const address = `${two.url}${api}/call/echo/${id}`
    return (await readEvents(address, two.bob, /event: .*\ndata: .*\n|\}/)).includes(secret)
  },

  "fetch the other's result under another function's name": async (two) => {
    const id = await start(two, two.alice, 'echo', [secret])
    const address = `${two.url}${api}/call/save/${id}`
    return (await readEvents(address, two.bob, /event: .*\ndata: .*\n|\}/)).includes(secret)
  },

  "cancel the other's running event": async (two) => {
    const { own, word, ids } = await begin(two)
    await cancel(two, two.bob, ids)
    await letGo(two, word)
    const text = await own.until(done)
    own.close()
    return text.includes('process_completed') && !text.includes(`${word} ends`)
  },

  "cancel the other's running event without its id": async (two) => {
    const begun = await begin(two)
    await cancel(two, two.bob, { ...begun.ids, event_id: 'guessed' })
    return !(await hearBoth(two, begun)).includes(`${begun.word} ends`)
  },

  "make the other's running event begin anew": async (two) => {
    const { own, word, ids } = await begin(two)
    await cancel(two, two.bob, { ...ids, session_hash: newHash() })
    await letGo(two, word)
    const text = await own.until(done)
    own.close()
    return text.split(`${word} begins`).length > 2
  },

  "take the other's event out of the queue, from a session of one's own": async (two) => {
    const { own, word, ids } = await begin(two)
    const [second, third] = [newHash(), newHash()]
    const event_id = await join(two, two.alice, 'hold', [second], ids.session_hash)
    await cancel(two, two.bob, { ...ids, session_hash: newHash(), event_id })
    await join(two, two.alice, 'hold', [third], ids.session_hash)
    await letGo(two, word, second, third)
    const text = await own.until(new RegExp(`${third} ends`))
    own.close()
    return text.includes(`${third} ends`) && !text.includes(`${second} ends`)
  },

  "reset the other's running event": async (two) => {
    const begun = await begin(two)
    for (const route of ['reset', 'reset/'])
      await askJson(two.url, `${api}/${route}`, begun.ids, { headers: two.bob })
    return !(await hearBoth(two, begun)).includes(`${begun.word} ends`)
  },

  'rewrite what the other has queued': async (two) => {
    const { own, word, ids } = await begin(two)
    const [session_hash, hers, forged] = [newHash(), newHash(), newHash()]
    const event_id = await join(two, two.alice, 'hold', [hers], session_hash)
    const body = { data: [forged], fn_index: ids.fn_index, session_hash }
    await askJson(two.url, `${api}/stream/${event_id}`, body, { headers: two.bob })
    await letGo(two, word, hers, forged)
    const text = await listen(two, two.alice, session_hash, done)
    own.close()
    return text.includes(`${forged} ends`)
  },

  'put a word into what the other streams': async (two) => {
    const { own, feed, end } = await streaming(two)
    const { status } = await feed(two.bob, 'what was forged')
    if (status === 200) await own.until(/followed what was forged/)
    await feed(two.alice, 'the last')
    const text = await own.until(/followed the last/)
    await end(two.alice)
    own.close()
    return text.includes('followed what was forged')
  },

  'end what the other streams': async (two) => {
    const { own, feed, end } = await streaming(two)
    await end(two.bob)
    await feed(two.alice, 'the last')
    const text = await own.until(/followed the last|process_completed/)
    await end(two.alice)
    own.close()
    return !text.includes('followed the last')
  },
} as const satisfies Readonly<Record<string, Attempt>>
