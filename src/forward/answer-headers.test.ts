/** The policies of the app's answers: what binds a page, a file and data, and whose files act. */
import { describe, expect, it } from 'vitest'
import type { AnswerKind } from '../catalog/entry.ts'
import type { PolicyResource } from '../policy/engine.ts'
import type { Validated } from '../request.ts'
import { makeAnswerHeaders } from './answer-headers.ts'

const app: PolicyResource = { kind: 'app' }

function headersOf(answer: AnswerKind, type = 'text/plain', resource = app, formTargets: string[] = []) {
  const request = {
    entry: { answer },
    target: { resource, files: [] },
    site: { scheme: 'https', host: 'gate.test' },
    path: '/',
  } as unknown as Validated
  return makeAnswerHeaders(request, { status: 200, headers: { 'content-type': type } }, { formTargets }) ?? {}
}

const policyOf = (...given: Parameters<typeof headersOf>) => headersOf(...given)['content-security-policy']

const file = (standing: 'own' | 'shared' | 'others'): PolicyResource => ({
  kind: 'file',
  standing,
  ownerRoles: [],
})

describe('a page of the app', () => {
  it('sends forms to itself, keeps its base, and is framed by itself', () => {
    expect(policyOf('document', 'text/html')).toBe(
      "base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    )
  })

  it('sends forms where the operator lets it, too', () => {
    expect(policyOf('document', 'text/html', app, ['https://pay.example', 'https://give.example'])).toContain(
      "form-action 'self' https://pay.example https://give.example;",
    )
  })

  it('is no window of another site, and keeps those that it opens', () => {
    expect(headersOf('document')['cross-origin-opener-policy']).toBe('same-origin-allow-popups')
  })

  it('is told nothing about its scripts, styles, pictures and connections', () => {
    expect(policyOf('document')).not.toMatch(
      /(?:default|script|style|img|connect|font|media|worker|frame|object)-src/,
    )
  })
})

describe('a file', () => {
  const html = 'text/html; charset=utf-8'

  it.each(['own', 'others'] as const)('of a person (%s) acts for nobody', (standing) => {
    for (const type of [
      html,
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'text/plain',
      'image/png',
      'x',
    ])
      expect(policyOf('file', type, file(standing)), type).toBe("sandbox; frame-ancestors 'self'")
  })

  it('that no ledger knows acts for nobody either', () => {
    expect(policyOf('file', html)).toContain('sandbox')
  })

  it('that the app shows to everybody is a part of it', () => {
    expect(policyOf('file', html, file('shared'))).toBe(policyOf('document'))
  })

  it.each(['video/mp4', 'audio/wav', 'application/pdf', 'Application/PDF; x=y'])(
    'of the kind %s shows itself',
    (type) => {
      expect(policyOf('file', type, file('own'))).not.toContain('sandbox')
    },
  )

  it.each(['application/pdfx', 'text/video/mp4', 'xvideo/mp4'])('of the kind %s does not', (type) => {
    expect(policyOf('file', type, file('own'))).toContain('sandbox')
  })

  it('has no opener policy: browsers refuse it together with a sandbox', () => {
    expect(headersOf('file', html, file('own'))['cross-origin-opener-policy']).toBeUndefined()
  })
})

describe('what is no page', () => {
  it.each(['data', 'events'] as const)('loads nothing when it is opened as one: %s', (answer) => {
    expect(policyOf(answer, 'application/json')).toBe("default-src 'none'; frame-ancestors 'none'")
  })

  it.each(['asset', 'media'] as const)('has no policy that a worker would inherit: %s', (answer) => {
    expect(policyOf(answer)).toBeUndefined()
  })
})
