/** Every call proves itself: what isn't signed, or was signed for something else, gets one answer and leads nowhere. */
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/event.ts'
import { challengeField, parseChallenge } from '../../src/contract/proof.ts'
import { paths } from '../../src/contract/contract.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { ask, type Asked, type Asking } from '../rig/ask.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { Signer } from '../rig/signer.ts'
import { uploadOf, uploadType } from '../rig/upload-form.ts'
import type { SignedIn } from './start-path.ts'
import { plain, streaming, useUpstream } from './with-upstream.ts'

const on = useUpstream()

const body = '{"data":["x"],"fn_index":0,"session_hash":"abc"}'
const joinPath = '/gradio_api/queue/join'
const json = { 'content-type': 'application/json' }

/** A call as its page signs it. */
function signed(
  somebody: SignedIn,
  more: Partial<Parameters<Signer['sign']>[0]> = {},
): Record<string, string> {
  const fields = somebody.signer.sign({
    method: 'POST',
    origin: on.path.url,
    path: joinPath,
    body,
    ...more,
  })
  return { cookie: somebody.cookie, ...json, ...fields }
}

/** As these bytes, and nothing added. */
const send = (headers: Record<string, string>, more: Asking = {}, path = joinPath) =>
  ask(on.path.url, path, { method: 'POST', body, headers, unsigned: true, ...more })

/** All that differs between two answers to requests without proof. */
function shown({ status, headers, body: said }: Asked) {
  const { date: _, [challengeField]: challenge, ...others } = headers
  return { status, said, others, challenged: parseChallenge(String(challenge)) !== undefined }
}

describe('a call', () => {
  it('is let through when it was signed, once', async () => {
    const guest = await on.start(plain)
    const headers = signed(guest)
    expect((await send(headers)).status).toBe(200)
    const again = await send(headers)
    expect(again.status).toBe(401)
    expect(on.upstream.reached).toHaveLength(1)
    expect(on.path.audit.codes).toEqual(['proof-replayed'])
  })

  it('gets one answer, and a new challenge, whatever is wrong with its proof', async () => {
    const guest = await on.start(plain)
    const other = await on.path.signIn()
    const old = parseChallenge(on.path.gate.proofs.challenge({ id: guest.id, key: guest.signer.row }))
    on.path.clock.time += 300_000
    const stale = new Signer()
    stale.challengeBy(() => old)
    const far = signed(guest)
    // 300 more of the same page overtake it.
    for (let n = 0; n < 300; n++) guest.signer.sign({ method: 'GET', origin: on.path.url, path: '/config' })
    expect((await send(signed(guest))).status).toBe(200)
    const requests: readonly (readonly [string, Promise<Asked>])[] = [
      ['proof-missing', send({ cookie: guest.cookie, ...json })],
      ['proof-malformed', send({ ...signed(guest), 'signature-input': 'sekisho=()' })],
      ['proof-key', send({ ...signed(other), cookie: guest.cookie })],
      ['proof-signature', send(signed(guest, { path: '/gradio_api/cancel' }))],
      ['proof-body', send(signed(guest), { body: body.replace('x', 'y') })],
      ['proof-body', send({ ...signed(guest, { body: undefined as never }) })],
      ['proof-outrun', send(far)],
    ]
    const answers = await Promise.all(requests.map(([, answer]) => answer))
    const first = answers[0] ?? expect.fail('no answer')
    for (const answer of answers) expect(shown(answer)).toEqual(shown(first))
    expect(shown(first)).toMatchObject({ status: 401, challenged: true })
    expect(on.path.audit.codes.sort()).toEqual(requests.map(([code]) => code).sort())
    expect(on.upstream.reached).toHaveLength(1)
  })

  it('does not tell whoever has a copy of the cookie what its owner may do', async () => {
    const roles = rolesFrom('all: { given_to: [guests], call: [predict] }')
    const guest = await on.start(plain, { policy: await loadPolicy({ roles, files: [] }) })
    const copied = { cookie: guest.cookie, ...json }
    const answers = []
    for (const path of [joinPath, '/gradio_api/run/predict', '/gradio_api/run/show', '/gradio_api/upload'])
      answers.push(shown(await send(copied, {}, path)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ status: 401, challenged: true })
    const upload = '/gradio_api/upload'
    const refused = await send(signed(guest, { path: upload }), {}, upload)
    expect([refused.status, on.path.audit.codes.at(-1)]).toEqual([403, 'policy-denied'])
  })

  it('that is refused to a mere copy of the cookie waits for no disk, and its record says so', async () => {
    const written: AuditEvent[] = []
    const guest = await on.start(plain, {
      change: (gate) => ({
        audit: {
          ...{ writable: true, count: () => undefined, close: () => Promise.resolve() },
          note: (event) => gate.audit.note(event),
          write: (event) => {
            written.push(event)
            return gate.audit.write(event)
          },
        },
      }),
    })
    const copied = { cookie: guest.cookie, ...json }
    expect((await send(copied)).status).toBe(401)
    // Documents are seen without a signature; what is refused there is refused to a copy just the same.
    expect((await send(copied, { method: 'GET', body: undefined as never }, '/no/such/page')).status).toBe(
      404,
    )
    expect((await send({ ...copied, ...signed(guest), signature: 'sekisho=:AAAA:' })).status).toBe(401)
    expect(written).toEqual([])
    expect((await send(signed(guest), { body: body.replace('x', 'y') })).status).toBe(401)
    expect(written).toMatchObject([{ code: 'proof-body' }])
    const overheard = signed(guest)
    expect((await send(overheard)).status).toBe(200)
    expect((await send(overheard)).status).toBe(401)
    expect((await send(copied, { method: 'GET', body: undefined as never }, '/config')).status).toBe(200)
    expect(written).toHaveLength(1)
    const marks = on.path.audit.events.flatMap((event) =>
      event.kind === 'request.refused'
        ? [[event.code, event.unproven]]
        : event.kind === 'request.granted'
          ? [[event.entry, event.unproven]]
          : [],
    )
    expect(marks).toEqual([
      ['proof-missing', true],
      ['route-unknown', true],
      ['proof-signature', true],
      ['proof-body', undefined],
      ['queue.join', undefined],
      ['proof-replayed', true],
      ['config.read', true],
    ])
  })

  it('answers a challenge that is over with the one that comes along', async () => {
    const guest = await on.start(plain)
    const { signer } = guest
    const challenge = signer.challenge
    signer.challengeBy(() => challenge)
    on.path.clock.time += 300_000
    const refused = await send(signed(guest))
    expect([refused.status, on.path.audit.codes]).toEqual([401, ['proof-stale']])
    expect(signer.hear(refused.headers)).toBe(true)
    const answered = await send(signed(guest))
    expect([answered.status, answered.headers[challengeField]]).toEqual([200, undefined])
    on.path.clock.time += 150_000
    const renewed = await send(signed(guest))
    expect(renewed.status).toBe(200)
    expect(parseChallenge(String(renewed.headers[challengeField]))?.epoch).not.toBe(signer.challenge?.epoch)
  })

  it('that the app itself answers 401 is not to be signed again, however old the epoch is', async () => {
    const refusing: typeof plain = (request, message, response) => {
      if (request.target === joinPath) response.writeHead(401, { 'sekisho-challenge': '"x";at=1' }).end('{}')
      else plain(request, message, response)
    }
    const guest = await on.start(refusing)
    const { signer } = guest
    const { challenge } = signer
    signer.challengeBy(() => challenge)
    on.path.clock.time += 160_000
    const answered = await send(signed(guest))
    expect([answered.status, answered.headers[challengeField], on.path.audit.codes]).toEqual([
      401,
      undefined,
      [],
    ])
    expect(on.upstream.reached.filter(({ target }) => target === joinPath)).toHaveLength(1)
    const headers = signed(guest, { method: 'GET', path: '/config', body: undefined as never })
    const next = await ask(on.path.url, '/config', { headers, unsigned: true })
    expect(parseChallenge(String(next.headers[challengeField]))).toBeDefined()
  })

  it('of thirty copies at once is made once', async () => {
    const guest = await on.start(plain)
    const headers = signed(guest)
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await send(headers)).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(on.upstream.reached).toHaveLength(1)
    const refused = on.path.audit.events.filter(({ kind }) => kind === 'request.refused')
    expect(refused).toHaveLength(29)
    // Whoever overheard one has as many copies: none of them takes the key.
    for (const one of refused) expect(one).toMatchObject({ code: 'proof-replayed', unproven: true })
  })

  it('of a session without a key is told to sign in, and given nothing to sign', async () => {
    const guest = await on.start(plain)
    const row = await on.path.store.sessions.listOpen()
    expect(row[0]?.proofKey).toBeDefined()
    const { proofKey: _, ...old } = row[0] ?? expect.fail('no session')
    const { tokenHash } = old
    await on.path.store.sessions.prune(old.endsAt + 1)
    await on.path.store.sessions.insert({ ...old, tokenHash })
    const refused = await send({ cookie: guest.cookie, ...json })
    expect([refused.status, refused.headers[challengeField]]).toEqual([401, undefined])
    expect(on.path.audit.codes).toEqual(['proof-missing'])
  })
})

describe('what has to be signed', () => {
  it.each([
    ['GET', '/gradio_api/queue/data?session_hash=abc'],
    ['GET', '/gradio_api/heartbeat/abc'],
    ['GET', '/gradio_api/upload_progress?upload_id=abc'],
    ['GET', '/gradio_api/call/predict/EVENT'],
    ['POST', '/gradio_api/cancel'],
    ['POST', '/gradio_api/reset'],
    ['POST', '/gradio_api/component_server'],
    ['POST', '/gradio_api/stream/EVENT'],
    ['POST', '/gradio_api/upload'],
    ['POST', '/gradio_api/run/predict'],
    ['POST', paths.passwordStart],
  ])('is %s %s', async (method, path) => {
    await on.start(streaming)
    const user = await on.path.users.add('bob', 'no password is needed')
    const { cookie } = await on.path.signIn(user)
    const headers = { cookie, ...(method === 'POST' ? json : {}) }
    const asking = { method, headers, unsigned: true, ...(method === 'POST' && { body: '{}' }) }
    const refused = await ask(on.path.url, path, asking)
    expect([refused.status, on.path.audit.codes]).toEqual([401, ['proof-missing']])
    expect(on.upstream.reached).toEqual([])
  })

  it.each([['/'], ['/config'], ['/theme.css'], ['/gradio_api/app_id'], [paths.session]])(
    'is not GET %s, which a browser asks for by itself',
    async (path) => {
      const { cookie } = await on.start(plain)
      expect((await ask(on.path.url, path, { headers: { cookie }, unsigned: true })).status).toBe(200)
    },
  )

  it('are files too, where the operator wants it', async () => {
    const guest = await on.start(plain, {
      change: (gate) => ({ proof: { ...gate.proof, files: 'required' } }),
    })
    await on.path.ownership.noteFiles(guest.owner, ['/tmp/a.png'])
    const file = '/gradio_api/file=/tmp/a.png'
    const headers = { cookie: guest.cookie }
    const navigated = { ...headers, 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' }
    expect((await ask(on.path.url, file, { headers, unsigned: true })).status).toBe(401)
    // No way round in a circle: whoever is signed in would be sent back from the login page.
    expect((await ask(on.path.url, file, { headers: navigated, unsigned: true })).status).toBe(401)
    expect((await ask(on.path.url, file, { headers })).status).toBe(200)
  })

  it('is right where it wasn’t asked for', async () => {
    const guest = await on.start(plain)
    const headers = signed(guest, { method: 'GET', path: '/config', body: undefined as never })
    const wrong = await ask(on.path.url, '/config', {
      headers: { ...headers, signature: 'sekisho=:AAAA:' },
      unsigned: true,
    })
    expect([wrong.status, on.path.audit.codes]).toEqual([401, ['proof-signature']])
    expect((await ask(on.path.url, '/config', { headers, unsigned: true })).status).toBe(200)
  })

  it('is none of it for a browser without a key, where the operator says so, and all of it for one that has a key', async () => {
    const guest = await on.start(plain, {
      change: (gate) => ({ proof: { ...gate.proof, calls: 'optional' } }),
    })
    const keyless = await on.path.signIn(undefined, { keyless: true })
    expect((await send({ cookie: keyless.cookie, ...json })).status).toBe(200)
    expect((await send({ cookie: guest.cookie, ...json })).status).toBe(401)
    expect((await send(signed(guest))).status).toBe(200)
  })
})

describe('an upload', () => {
  it('is what was signed, or does not end', async () => {
    const guest = await on.start(plain)
    const form = uploadOf(Buffer.from('content'))
    const other = uploadOf(Buffer.from('Content'))
    const path = '/gradio_api/upload'
    const of = (bytes: Uint8Array) => ({
      ...signed(guest, { path, body: bytes }),
      'content-type': uploadType,
    })
    expect((await send(of(form), { body: form }, path)).status).toBe(200)
    const changed = await send(of(form), { body: other }, path)
    expect([changed.status, on.path.audit.codes]).toEqual([401, ['proof-body']])
    expect(on.upstream.reached.filter(({ body: reached }) => reached.includes('Content'))).toEqual([])
  })
})

describe('the challenge', () => {
  it('is for whoever is signed in, and stands in no page', async () => {
    const { cookie, signer } = await on.start(plain)
    expect((await ask(on.path.url, paths.challenge)).status).toBe(401)
    const given = await ask(on.path.url, paths.challenge, { headers: { cookie }, unsigned: true })
    expect([given.status, given.body]).toEqual([204, ''])
    const challenge = parseChallenge(String(given.headers[challengeField]))
    expect(challenge?.keyid).toBe(signer.keyid)
    const page = await ask(on.path.url, '/', { headers: { cookie }, unsigned: true })
    expect(page.headers[challengeField]).toBeUndefined()
  })
})
