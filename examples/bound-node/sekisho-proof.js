/** A fetch that signs each request with the key that a token is bound to (docs/reference/proof.md). Node 20 or newer. */
import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

export function signedFetch(gate, token, keyFile, fetch = globalThis.fetch) {
  const { origin } = new URL(gate)
  const key = { key: createPrivateKey(readFileSync(keyFile)), dsaEncoding: 'ieee-p1363' }
  const instance = randomBytes(12).toString('base64url')
  let count = 0
  let challenge

  async function send(request, body, first) {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${token}`)
    const counter = challenge && (first ?? ++count)
    if (counter) signWith(headers, request, body, counter)
    const answer = await fetch(new Request(request, { headers, body }))
    const [, epoch, at, keyid] =
      /^"([\w-]+)";at=(\d+);keyid="([\w-]+)"$/.exec(answer.headers.get('sekisho-challenge')) ?? []
    if (epoch) challenge = { epoch, at: Number(at), keyid, learnt: performance.now() }
    return { answer, counter, asked: epoch !== undefined && answer.status === 401 }
  }

  function signWith(headers, { method, url }, body, counter) {
    const { epoch, at, keyid, learnt } = challenge
    const { pathname, search } = new URL(url)
    const digest = body && `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    if (digest) headers.set('content-digest', digest)
    const parameters =
      `("@method" "@target-uri"${digest ? ' "content-digest"' : ''});created=${at + Math.floor((performance.now() - learnt) / 1000)}` +
      `;nonce="${epoch}.${instance}.${counter}";keyid="${keyid}";tag="sekisho-proof"`
    const base =
      `"@method": ${method}\n"@target-uri": ${origin}${pathname}${search}\n` +
      `${digest ? `"content-digest": ${digest}\n` : ''}"@signature-params": ${parameters}`
    headers.set('signature-input', `sekisho=${parameters}`)
    headers.set('signature', `sekisho=:${sign('sha256', base, key).toString('base64')}:`)
  }

  return async (input, init) => {
    // Somebody else's: it gets neither token nor signature.
    if (new URL(input.url ?? input).origin !== origin) return fetch(input, init)
    const request = new Request(input, init)
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
    const since = [Date.now(), performance.now()]
    const { answer, counter, asked } = await send(request, body)
    // The one clock may be set back, and the other stand still while the machine sleeps.
    const passed = Math.max(Date.now() - since[0], performance.now() - since[1])
    const soon = !counter || ['GET', 'HEAD'].includes(request.method) || passed < 240_000
    if (!asked || !soon) return answer
    await answer.body?.cancel()
    // Under the same counter: if the first was taken after all, this one is refused.
    return (await send(request, body, counter)).answer
  }
}
