/** Sessions of MCP's older transport: their id is learnt from the stream that it is for, and belongs to whoever opened that. */
import type { Tap } from '../answers/tap.ts'
import type { Owner } from '../ownership/owner.ts'
import type { Ownership } from '../ownership/ownership.ts'

/** mcp/server/sse.py 1.30: `uuid4().hex`. */
const idShape = /^[0-9a-f]{32}$/
const announced = /^(?:\/[^?#\s]*)?\/gradio_api\/mcp\/messages\/\?session_id=([0-9a-f]{32})$/

/** An event of no function, in the ledger's eyes: no path of a call can name one like it. */
const noFunction = { endpoint: -1, endpointName: '' } as const
const nameOf = (id: string) => `mcp-${id}`

/** Of the first message of the stream: where to send messages (`event: endpoint`). */
export function learnMcpSession(ownership: Pick<Ownership, 'noteEvent'>, owner: Owner): Tap {
  return {
    marks: ['session_id='],
    take({ text }) {
      const id = announced.exec(text)?.[1]
      if (id === undefined) return undefined
      return ownership.noteEvent({ id: nameOf(id), owner, ...noFunction }).then(() => undefined)
    },
  }
}

/** `foreign`: somebody else's, for the log. */
export async function findMcpSession(
  ownership: Pick<Ownership, 'findEvent'>,
  owner: Owner,
  id: string,
): Promise<{ readonly own: boolean; readonly foreign: boolean }> {
  if (!idShape.test(id)) return { own: false, foreign: false }
  const { event, foreign } = await ownership.findEvent(owner, nameOf(id))
  return { own: event?.endpoint === noFunction.endpoint, foreign }
}
