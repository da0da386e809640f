import { describe, expect, it } from 'vitest'
import { writeStepUp } from '../contract/proof.ts'
import { refuse, refusals, type RefusalCode } from '../refusals.ts'
import type { CanonicalPath, ClientAddress, Headers, Received } from '../request.ts'
import { renderRefusal } from './reply.ts'

function request(path: string, headers: Headers = {}, query = ''): Received {
  return {
    id: 'r',
    method: 'GET',
    path: path as CanonicalPath,
    query,
    requestTarget: path,
    headers,
    client: '192.0.2.1' as ClientAddress,
    site: { scheme: 'http', host: 'localhost' },
    at: 0,
    onGone: () => undefined,
  }
}

const page = (language: string, status: number, text: string) => Buffer.from(`${language} ${status} ${text}`)
const navigating = { 'sec-fetch-mode': 'navigate' }

function show(asked: Received, code: RefusalCode, because = {}) {
  const answer = renderRefusal(asked, refuse(code, because, 3), page)
  return { ...answer, text: answer.body.kind === 'bytes' ? Buffer.from(answer.body.bytes).toString() : '' }
}

describe('a refusal', () => {
  it.each(Object.keys(refusals) as RefusalCode[])('(%s) says nothing of why', (code) => {
    const secret = { field: 'SECRET-FACT' }
    for (const asked of [
      request('/config'),
      request('/config', navigating),
      request('/.sekisho/api/session'),
    ]) {
      const shown = show(asked, code, secret)
      expect(JSON.stringify(shown.headers) + shown.text).not.toContain('SECRET-FACT')
      expect(shown.headers['cache-control']).toBe('no-store')
    }
  })

  it("is a page in the reader's language for somebody who navigates", () => {
    const shown = show(
      request('/x', { ...navigating, 'accept-language': 'fr, ja;q=0.8, en;q=0.5' }),
      'route-unknown',
    )
    expect([shown.status, shown.text, shown.headers['content-type']]).toEqual([
      404,
      'ja 404 見つかりません。',
      'text/html; charset=utf-8',
    ])
  })

  it('that asks for the password carries its ticket, and leads whoever navigates to the window and back', () => {
    const refusal = { ...refuse('step-up-required'), stepUp: '"ticket-1";for=age' }
    const told = renderRefusal(request('/gradio_api/run/x'), refusal, page)
    expect([told.status, told.headers['sekisho-step-up']]).toEqual([403, refusal.stepUp])
    const led = renderRefusal(request('/x', navigating, 'a=1'), refusal, page)
    const location = '/.sekisho/confirm?return_to=%2Fx%3Fa%3D1#ticket-1'
    expect([led.status, led.headers['location'], led.body.kind]).toEqual([303, location, 'empty'])
  })

  it.each(['login-required', 'token-invalid', 'session-ended', 'login-failed'] as const)(
    'with 401 (%s) carries the one challenge, and a page load leads to the login instead',
    (code) => {
      for (const path of ['/config', '/.sekisho/api/session'])
        expect(show(request(path), code).headers['www-authenticate']).toBe('Bearer realm="sekisho"')
      const page = show(request('/config', navigating), code)
      expect([page.status, page.headers['www-authenticate']]).toEqual([303, undefined])
    },
  )

  it('with any other status carries none', () => {
    for (const code of ['policy-denied', 'credential-ambiguous', 'credential-misplaced'] as const)
      expect(show(request('/config'), code).headers).not.toHaveProperty('www-authenticate')
  })

  it("is Gradio's own 401 for its clients", () => {
    const shown = show(request('/config'), 'session-expired')
    expect([shown.status, shown.text]).toEqual([
      401,
      '{"detail":{"error":"Not authenticated","auth_message":null}}',
    ])
  })

  it('takes a page load for one on plain http, where browsers send no fetch metadata', () => {
    expect(show(request('/x', { accept: 'text/html,*/*' }), 'login-required').status).toBe(303)
    expect(
      show(request('/x', { accept: 'text/html,*/*', 'sec-fetch-mode': 'cors' }), 'login-required').status,
    ).toBe(401)
  })

  it.each([
    ['/', '', '/.sekisho/login'],
    ['/second', 'a=1&b=%2F', '/.sekisho/login?return_to=%2Fsecond%3Fa%3D1%26b%3D%252F'],
    ['/.sekisho/login', 'lang=ja', '/.sekisho/login?lang=ja'],
    ['/.sekisho/nothing', '', '/.sekisho/login'],
  ])('leads from %s?%s to %s', (path, query, location) => {
    expect(show(request(path, navigating, query), 'login-required').headers['location']).toBe(location)
  })

  it.each(['login-required', 'policy-denied', 'rpc-method-unknown', 'internal-fault'] as const)(
    'of a JSON-RPC request (%s) is told under its id, and over HTTP nothing went wrong',
    (code) => {
      for (const headers of [{}, navigating]) {
        const refusal = { ...refuse(code, { why: 'SECRET-FACT' }), rpcId: 'seven' }
        const { status, body } = renderRefusal(request('/gradio_api/mcp/', headers), refusal, page)
        const text = body.kind === 'bytes' ? Buffer.from(body.bytes).toString() : ''
        expect(status).toBe(200)
        expect(text).not.toContain('SECRET-FACT')
        expect(JSON.parse(text)).toMatchObject({
          ...{ jsonrpc: '2.0', id: 'seven' },
          error: { message: refusals[code].says.en },
        })
      }
    },
  )

  it('of a method names those that there are', () => {
    for (const headers of [{}, navigating])
      expect(show(request('/gradio_api/mcp/', headers), 'rpc-stream-absent')).toMatchObject({
        ...{ status: 405, headers: { allow: 'POST' } },
      })
  })

  it('says when to come back', () => {
    expect(show(request('/.sekisho/api/login/start'), 'login-paced')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3' },
      text: '{"code":"login-paced","message":"Too many attempts. Please wait."}',
    })
  })
})

describe('an input that was refused', () => {
  const tell = (more: { readonly inputAt?: number }) => {
    const refusal = { ...refuse('input-invalid', {}), input: 'How many', ...more }
    const { body } = renderRefusal(request('/gradio_api/queue/join'), refusal, page)
    return JSON.parse(body.kind === 'bytes' ? Buffer.from(body.bytes).toString() : '') as unknown
  }
  const says = 'This input is not allowed. (How many)'

  it('is told by a verdict for each input up to it', () => {
    const detail = [
      { __type__: 'validate', is_valid: true, message: '' },
      { __type__: 'validate', is_valid: false, message: says, parameter_name: 'How many' },
    ]
    expect(tell({ inputAt: 1 })).toEqual({ detail, error: detail })
  })

  it('is told in words where the page knows no verdicts', () => {
    expect(tell({})).toEqual({ detail: says, error: says })
  })
})

describe('a page that was refused in a frame of a site that may show it', () => {
  const framers = ['https://portal.example']
  const stepUp = writeStepUp({ what: 'age', ticket: 't' })
  const told = (code: RefusalCode, more: object, dest: string) =>
    renderRefusal(
      request('/x', { ...navigating, 'sec-fetch-dest': dest }),
      { ...refuse(code), ...more },
      page,
    )

  it('is told there', () => {
    const { status, headers } = told('policy-denied', { framers }, 'iframe')
    expect([status, headers['content-security-policy']]).toEqual([
      403,
      expect.stringContaining("frame-ancestors 'self' https://portal.example"),
    ])
    const alone = told('policy-denied', {}, 'iframe').headers['content-security-policy']
    expect(alone).toMatch(/frame-ancestors 'self'$/)
  })

  it('leads to no page that can’t be shown there', () => {
    for (const [code, more] of [
      ['password-expired', {}],
      ['policy-denied', { stepUp }],
    ] as const) {
      expect(told(code, { ...more, framers }, 'iframe').headers['location']).toBeUndefined()
      for (const answer of [told(code, { ...more, framers }, 'document'), told(code, more, 'iframe')])
        expect(answer.headers['location']).toMatch(/^\/\.sekisho\//)
    }
  })
})
