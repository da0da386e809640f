/** Taps that learn whose events, uploads and deep links are from the answers that made them. */
import { eventIdIn } from '../answers/event-head.ts'
import type { Tap } from '../answers/tap.ts'
import { isJsonList } from '../kit/json.ts'
import type { OwnedEvent, Ownership } from './ownership.ts'
import type { Owner } from './owner.ts'

type Asked = Omit<OwnedEvent, 'id'>

/** The answer of /call: `{"event_id": …}`, which the client then asks for, perhaps of another gate. */
export function learnEvent(ownership: Pick<Ownership, 'noteEvent'>, asked: Asked): Tap {
  return eventTap((id) => ownership.noteEvent({ ...asked, id }).then(() => undefined))
}

/** The same of /queue/join. Its events come by the session's stream, which waits for those that it doesn't know yet. */
export function learnJoined(ownership: Pick<Ownership, 'noteEventSoon'>, asked: Asked): Tap {
  return eventTap((id) => {
    ownership.noteEventSoon({ ...asked, id })
    return undefined
  })
}

function eventTap(note: (id: string) => Promise<undefined> | undefined): Tap {
  return {
    marks: ['event_id'],
    take({ json }) {
      const id = eventIdIn(json())
      return id === undefined ? undefined : note(id)
    },
  }
}

/** The answer of /upload: a list of server paths. */
export function learnUpload(ownership: Pick<Ownership, 'noteFiles'>, owner: Owner): Tap {
  return {
    marks: ['/'],
    take({ json }) {
      const answer = json()
      const paths = isJsonList(answer) ? answer.filter((path) => typeof path === 'string') : []
      if (paths.length === 0) return undefined
      return ownership.noteFiles(owner, paths).then(() => undefined)
    },
  }
}

/** The answer of /deep_link: the id as a JSON string; empty where there was nothing to keep. */
export function learnDeepLink(ownership: Pick<Ownership, 'noteDeepLink'>, owner: Owner): Tap {
  return {
    marks: [],
    take({ json }) {
      const id = json()
      return typeof id === 'string' ? ownership.noteDeepLink(owner, id).then(() => undefined) : undefined
    },
  }
}
