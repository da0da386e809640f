/**
 * A request that is sent once more since it was refused keeps the counter of the first, so that nothing is done twice: somebody on
 * the way may say that it was refused when it was done, and a browser may have sent it twice by itself.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask } from '../rig/ask.ts'
import { KeyPair } from '../rig/key-pair.ts'
import { startMeddlingProxy, type MeddlingProxy } from '../rig/meddling-proxy.ts'
import { rememberSigner, type Signer } from '../rig/signer.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()
const joinPath = '/gradio_api/queue/join'
const body = '{"data":["x"],"fn_index":0,"session_hash":"abc"}'
const json = { 'content-type': 'application/json' }

let proxy: MeddlingProxy | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await proxy?.stop()
})

/** Whoever stands between them says of the first call that it was refused, after it was done. */
async function startBetween(): Promise<string> {
  const between = (proxy = await startMeddlingProxy(on.path.url))
  between.swallowAnswers(() => between.heard(joinPath).length === 1)
  return between.url
}

async function signIn(url = on.path.url): Promise<{ cookie: string; signer: Signer }> {
  const { cookie, signer } = await on.path.signIn()
  rememberSigner(url, cookie, signer)
  return { cookie, signer }
}

/** A program with the recipe of docs/operate/bound-tokens.md, and a token that is bound to its key. */
async function startRecipe(url: string, through = fetch): Promise<typeof fetch> {
  const pair = new KeyPair()
  const { text } = await on.path.issueToken({ proofKey: pair.row })
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-key-'))
  try {
    const file = join(folder, 'key.pem')
    await writeFile(file, pair.privatePem)
    const recipe = join(import.meta.dirname, '../../examples/bound-node/sekisho-proof.js')
    const { signedFetch } = (await import(pathToFileURL(recipe).href)) as {
      signedFetch: (gate: string, token: string, keyFile: string, through: typeof fetch) => typeof fetch
    }
    return signedFetch(url, text, file, through)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Signed by hand, as often as it takes. */
async function startByHand(count: (signer: Signer) => number | undefined) {
  const { cookie, signer } = await signIn()
  const kept = count(signer)
  const sign = () => signer.sign({ method: 'POST', origin: on.path.url, path: joinPath, body }, kept)
  const send = async (fields: Readonly<Record<string, string>>) => {
    const headers = { cookie, ...json, ...fields }
    const { status } = await ask(on.path.url, joinPath, { method: 'POST', body, headers, unsigned: true })
    return status
  }
  const renew = () => signer.ask(on.path.url, { cookie })
  return { sign, send, renew }
}
const once = (signer: Signer) => signer.count()
const anew = () => undefined

describe('a call that was done, and of which its sender hears that it was refused', () => {
  const clients: Record<string, (url: string, cookie: string) => Promise<number>> = {
    'as pages send it': async (url, cookie) => {
      const headers = { cookie, ...json }
      return (await ask(url, joinPath, { method: 'POST', body, headers })).status
    },
    'by fetch': async (url, cookie) => {
      const headers = { cookie, ...json }
      return (await fetch(url + joinPath, { method: 'POST', body, headers })).status
    },
  }

  it.each(Object.entries(clients))('is done once, %s', async (_, call) => {
    await on.start(plain)
    const url = await startBetween()
    const { cookie } = await signIn(url)
    expect(await call(url, cookie)).toBe(401)
    expect(on.path.audit.codes.at(-1)).toBe('proof-replayed')
    expect(proxy?.heard(joinPath)).toHaveLength(2)
    expect(on.upstream.reached).toHaveLength(1)
    // And the next one is another.
    expect(await call(url, cookie)).toBe(200)
    expect(on.upstream.reached).toHaveLength(2)
  })

  it('is done once, by the recipe for programs', async () => {
    await on.start(plain)
    const url = await startBetween()
    const signed = await startRecipe(url)
    expect((await signed(`${url}/config`)).status).toBe(200)
    const reached = on.upstream.reached.length
    const call = async () => (await signed(url + joinPath, { method: 'POST', body, headers: json })).status
    expect([await call(), on.path.audit.codes.at(-1)]).toEqual([401, 'proof-replayed'])
    expect(on.upstream.reached).toHaveLength(reached + 1)
    expect(await call()).toBe(200)
  })

  it.each([
    { steady: 239_000, wall: 239_000, times: 2 },
    { steady: 240_000, wall: 240_000, times: 1 },
    // The machine slept, or its clock was put back.
    { steady: 0, wall: 240_000, times: 1 },
    { steady: 240_000, wall: -3_600_000, times: 1 },
  ])(
    'is sent soon again by the recipe or not at all: $times in all, after $steady and $wall ms by its two clocks',
    async ({ steady, wall, times }) => {
      await on.start(plain)
      const url = await startBetween()
      let late = false
      const [begunWall, begunSteady] = [Date.now(), performance.now()]
      vi.spyOn(Date, 'now').mockImplementation(() => begunWall + (late ? wall : 0))
      vi.spyOn(performance, 'now').mockImplementation(() => begunSteady + (late ? steady : 0))
      const slow: typeof fetch = async (asked) => {
        const answer = await fetch(asked)
        if ((asked as Request).method === 'POST') late = true
        return answer
      }
      const signed = await startRecipe(url, slow)
      expect((await signed(`${url}/config`)).status).toBe(200)
      const { status } = await signed(url + joinPath, { method: 'POST', body, headers: json })
      expect([status, proxy?.heard(joinPath).length]).toEqual([401, times])
    },
  )

  it.each([
    ['once by whoever keeps the counter', once, 401, 1],
    ['twice by whoever takes another', anew, 200, 2],
  ] as const)('is done %s', async (_, count, status, times) => {
    await on.start(plain)
    const { sign, send, renew } = await startByHand(count)
    expect(await send(sign())).toBe(200)
    await renew()
    expect(await send(sign())).toBe(status)
    expect(on.upstream.reached).toHaveLength(times)
  })

  it('is done once, however new the challenge is, for as long as a client may wait', async () => {
    await on.start(plain)
    const { sign, send, renew } = await startByHand(once)
    expect(await send(sign())).toBe(200)
    for (let minutes = 0; minutes < 4; minutes++) {
      on.path.clock.time += 60_000
      await renew()
      expect([await send(sign()), on.path.audit.codes.at(-1)]).toEqual([401, 'proof-replayed'])
    }
    expect(on.upstream.reached).toHaveLength(1)
  })
})

describe('a call that its browser sent twice by itself', () => {
  it('is done once: the second is refused, and so is what repeats that', async () => {
    await on.start(plain)
    const { sign, send, renew } = await startByHand(once)
    const fields = sign()
    expect([await send(fields), await send(fields)]).toEqual([200, 401])
    await renew()
    expect(await send(sign())).toBe(401)
    expect(on.path.audit.codes).toEqual(['proof-replayed', 'proof-replayed'])
    expect(on.upstream.reached).toHaveLength(1)
  })
})

describe('a call that was truly refused', () => {
  it('has a counter from its first signature on, by the recipe for programs', async () => {
    await on.start(plain)
    proxy = await startMeddlingProxy(on.path.url)
    const { url } = proxy
    const later = Promise.withResolvers<undefined>()
    let unsigned = 0
    // The first of two that start without a challenge hears last that it was refused.
    const through: typeof fetch = async (asked) => {
      const isFirst = !(asked as Request).headers.has('signature') && ++unsigned === 1
      const answer = await fetch(asked)
      if (isFirst) await later.promise
      return answer
    }
    const signed = await startRecipe(url, through)
    const call = async () => (await signed(url + joinPath, { method: 'POST', body, headers: json })).status
    const first = call()
    expect(await call()).toBe(200)
    later.resolve(undefined)
    expect(await first).toBe(200)
    const inputs = proxy.heard(joinPath).map(({ rawHeaders }) => rawHeaders.join('\n'))
    expect(inputs.flatMap((one) => /\.(\d+)";keyid/.exec(one)?.[1] ?? [])).toEqual(['1', '2'])
  })

  it('is done when it is repeated under the same counter', async () => {
    await on.start(plain)
    const { sign, send, renew } = await startByHand(once)
    const stale = sign()
    on.path.clock.time += 300_000
    expect([await send(stale), on.path.audit.codes.at(-1)]).toEqual([401, 'proof-stale'])
    await renew()
    expect(await send(sign())).toBe(200)
    expect(on.upstream.reached).toHaveLength(1)
  })
})
