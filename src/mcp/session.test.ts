import { expect, it } from 'vitest'
import { makeMessage } from '../answers/show-taps.ts'
import { Secret } from '../kit/secret.ts'
import { Ledger } from '../ownership/ledger.ts'
import type { Owner } from '../ownership/owner.ts'
import { SessionHashes } from '../ownership/session-hash.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { findMcpSession, learnMcpSession } from './session.ts'

const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]
const id = '0123456789abcdef0123456789abcdef'

function makeLedger(): Ledger {
  return new Ledger({
    store: makeMemoryStore(makeMemoryData()),
    clock: { now: () => 1_900_000_000_000 },
    hashes: new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' }),
    sharedFiles: () => new Set(),
  })
}

it.each(['', '/demo', '/a/b'])('a session is whose stream it was announced in, under %j', async (base) => {
  const ledger = makeLedger()
  expect(await findMcpSession(ledger, alice, id)).toEqual({ own: false, foreign: false })
  await learnMcpSession(ledger, alice).take(makeMessage(`${base}/gradio_api/mcp/messages/?session_id=${id}`))
  expect(await findMcpSession(ledger, alice, id)).toEqual({ own: true, foreign: false })
  expect(await findMcpSession(ledger, bob, id)).toEqual({ own: false, foreign: true })
})

it('a session that was announced to one is never another’s', async () => {
  const ledger = makeLedger()
  const message = makeMessage(`/gradio_api/mcp/messages/?session_id=${id}`)
  await learnMcpSession(ledger, alice).take(message)
  await learnMcpSession(ledger, bob).take(message)
  expect(await findMcpSession(ledger, bob, id)).toEqual({ own: false, foreign: true })
})

it.each([
  `{"result":"/gradio_api/mcp/messages/?session_id=${id}"}`,
  `https://evil.test/gradio_api/mcp/messages/?session_id=${id}`,
  `/gradio_api/mcp/messages/?session_id=${id}&x`,
  `/gradio_api/mcp/messages/?session_id=${id.toUpperCase()}`,
])('what only speaks of a session announces none: %s', async (text) => {
  const ledger = makeLedger()
  await learnMcpSession(ledger, alice).take(makeMessage(text))
  expect(await findMcpSession(ledger, alice, id)).toEqual({ own: false, foreign: false })
})

it('an event of the queue is no session', async () => {
  const ledger = makeLedger()
  await ledger.noteEvent({ id, owner: alice, endpoint: 0, endpointName: 'predict' })
  await ledger.noteEvent({ id: `mcp-${id}`, owner: alice, endpoint: 0, endpointName: 'predict' })
  expect(await findMcpSession(ledger, alice, id)).toEqual({ own: false, foreign: false })
})
