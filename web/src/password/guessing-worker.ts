/**
 * The guessing worker: judges a new password while it is typed. zxcvbn's dictionaries are 1.9 MB, 0.7 MB as they are
 * sent, so that only the join and account pages load them, and only when somebody goes to the field.
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
