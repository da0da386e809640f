/**
 * The story: somebody has recorded one login, or stolen the database, and tries a list of words at home, where nobody
 * slows them down. The article's `r = sha256(challenge + password)` falls in microseconds. OPAQUE's messages say
 * nothing about the password to whoever lacks the client's blind, and its record nothing without the server's key.
 */
import path from 'node:path'
import { client, ready, server } from '@serenity-kit/opaque'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultStretching, paths, type LoginStarted } from '../../src/contract/contract.ts'
import { loadOrMakeKeyRing } from '../../src/login/key-file.ts'
import { identifiersOf, sharedCredential } from '../../src/login/register.ts'
import { engines } from '../../src/store/engines/index.ts'
import { askJson } from '../rig/ask.ts'
import type { GateHere } from '../rig/gate-here.ts'
import { post } from '../rig/log-in.ts'
import { startWireTap } from '../rig/wire-tap.ts'
import { articleDoor, gateDoor, type Door } from './doors.ts'
import { guessOffline, wordList } from './offline-guesser.ts'
import { readAll } from './read-all.ts'
import { useApp, useGate } from './targets.ts'

const article = useApp('article')
// Argon2 at its real cost: the attack must fail for what the protocol is, not for what the test leaves out.
const gate = useGate(article, { stretching: defaultStretching })

beforeAll(() => ready)

/** Everything that crosses the wire while the rightful user signs in, and makes a call. */
async function overhear(url: string, door: (url: string) => Door, password: string): Promise<string> {
  const tap = await startWireTap(url)
  const knock = await door(tap.url).knock({ password })
  if (knock.kind !== 'in') return expect.fail(knock.kind)
  const call = { data: [], session_hash: 'overheard' }
  const { status } = await askJson(tap.url, '/gradio_api/run/load', call, {
    headers: { cookie: knock.cookie },
  })
  await tap.stop()
  expect(status).toBe(200)
  return `${tap.sent}\n${tap.answered}`
}

describe('1.07 offline guessing from one observed login transcript', () => {
  it("succeeds on the article's scheme with a list of twelve words", async () => {
    const transcript = await overhear(article().url, articleDoor, 'password')
    expect(guessOffline(transcript, wordList('password'))).toBe('password')
  })

  it('is blocked by the gate: no value on the wire confirms any word', async () => {
    const { url, password } = gate()
    const transcript = await overhear(url, gateDoor, password)
    expect(transcript).toContain('startLoginRequest')
    expect(transcript).toContain('loginResponse')
    expect(transcript).toContain('finishLoginRequest')
    expect(transcript).toContain('sekisho-proof')
    expect(guessOffline(transcript, wordList(password))).toBeUndefined()
  })

  /**
   * The strongest use of a transcript is to play the client with each guess against the recorded KE2. But KE2's
   * evaluated element belongs to the blinded element of KE1, whose blind the client drew at random and never sent
   * (RFC 9807 section 6.3.2.1, RFC 9497 section 3.3.1): a guess blinded anew unblinds to noise, and the envelope opens
   * for the right word as little as for a wrong one. Only who holds that client's memory can tell them apart.
   */
  it('is blocked by the gate: OPAQUE itself, run with each word against the recorded answer, tells no word from another', async () => {
    const { url, password } = gate()
    const own = client.startLogin({ password })
    const answer = await post(url, paths.loginStart, { startLoginRequest: own.startLoginRequest })
    const recorded = (await answer.json()) as LoginStarted
    const opens = (word: string, clientLoginState: string) =>
      client.finishLogin({
        clientLoginState,
        password: word,
        loginResponse: recorded.loginResponse,
        identifiers: recorded.identifiers,
        keyStretching: { 'argon2id-custom': recorded.stretching },
      }) !== undefined
    const words = wordList(password).slice(-4)
    const atHome = words.map((word) => opens(word, client.startLogin({ password: word }).clientLoginState))
    expect(atHome).toEqual([false, false, false, false])
    // What was missing is the blind, and nothing else.
    expect(words.map((word) => opens(word, own.clientLoginState))).toEqual([false, false, false, true])
  })
})

/** Plays server and client at home, with what was stolen and a set-up key of one's own or the real one. */
function confirmsAtHome(word: string, stolen: Stolen, serverSetup: string): boolean {
  const identifiers = identifiersOf(stolen.instance)
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: word })
  const { loginResponse } = server.startLogin({
    serverSetup,
    userIdentifier: sharedCredential,
    registrationRecord: stolen.record,
    startLoginRequest,
    identifiers,
  })
  const keyStretching = { 'argon2id-custom': stolen.stretching }
  return (
    client.finishLogin({ clientLoginState, password: word, loginResponse, identifiers, keyStretching }) !==
    undefined
  )
}

interface Stolen {
  readonly instance: string
  readonly record: string
  readonly stretching: LoginStarted['stretching']
}

async function steal({ home, instance }: GateHere): Promise<Stolen> {
  const store = await engines.sqlite({ file: path.join(home, 'state', 'sekisho.db') })
  const row = await store.passwords.find('shared')
  await store.close()
  if (row === undefined) throw new TypeError('No record in the database.')
  return { instance, record: row.record, stretching: row.stretching }
}

describe('1.07 offline guessing from the stolen database', () => {
  it('is blocked by the gate: the record opens for no word without the set-up key', async () => {
    const stolen = await steal(gate())
    const words = wordList(gate().password).slice(-3)
    const thiefs = server.createSetup()
    expect(words.map((word) => confirmsAtHome(word, stolen, thiefs))).toEqual([false, false, false])
  })

  it('only with the key file, which is kept apart, can the list be tried', async () => {
    const { home, password } = gate()
    const keys = await loadOrMakeKeyRing({ env: {}, file: path.join(home, 'key', 'sekisho.key') })
    const stolen = await steal(gate())
    const setup = keys.opaqueSetup.reveal()
    expect(confirmsAtHome('my-secret-password', stolen, setup)).toBe(false)
    expect(confirmsAtHome(password, stolen, setup)).toBe(true)
  })

  it('is blocked by the gate: no value in the state folder confirms any word', async () => {
    const { home, password } = gate()
    const state = path.join(home, 'state')
    const material = await readAll(state)
    expect(material).toContain((await steal(gate())).record)
    expect(guessOffline(material, wordList(password))).toBeUndefined()
  })
})
