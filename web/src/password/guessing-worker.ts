/**
 * The guessing worker: judges a new password while it is typed, apart from the page so that typing never waits. With
 * zxcvbn's dictionaries it is 1.9 MB, 0.8 MB as Brotli sends it: only the join and account pages load it, and only when
 * somebody goes to the field. Its own response needs no policy but `default-src 'none'`.
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'
import { dictionary as japanese } from '@zxcvbn-ts/language-ja'
import { guessWith, judgePassword } from 'sekisho/password-rules'
import type { FromGuessing, ToGuessing } from './guessing-messages.ts'

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common, ...english, ...japanese },
  graphs: adjacencyGraphs,
})
const guessing = guessWith((password, words) => zxcvbn.check(password, words))

function say(message: FromGuessing): void {
  postMessage(message)
}

addEventListener('message', ({ data }: MessageEvent<ToGuessing>) => {
  say({ number: data.number, verdict: judgePassword(data.typed, data.rules, guessing) })
})
