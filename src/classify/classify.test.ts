import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Method } from '../catalog/entry.ts'
import type { ApiPrefix } from '../app/api-prefix.ts'
import { catalogue, catalogueOfFour } from '../catalog/index.ts'
import { parsePath } from '../receive/canonical-path.ts'
import type { ClientAddress, Received } from '../request.ts'
import { classify, compileCatalogue } from './classify.ts'
import { compileTemplate } from './match-path.ts'

const catalogues = { '/gradio_api': compileCatalogue(catalogue), '': compileCatalogue(catalogueOfFour) }

function ask(method: Method, raw: string, base = '', api: ApiPrefix = '/gradio_api') {
  const parsed = parsePath(raw)
  if (!('path' in parsed))
    return { id: parsed.trouble, parameters: {}, goesTo: 'refused', methodKnown: false }
  const request: Received = {
    id: 'r',
    method,
    path: parsed.path,
    query: '',
    requestTarget: raw,
    headers: {},
    client: '127.0.0.1' as ClientAddress,
    site: { scheme: 'http', host: 'localhost' },
    at: 0,
    onGone: () => undefined,
  }
  const pages = new Set(['/second', '/a/b'])
  const found = classify(request, { catalogues, app: { base, api, pages } })
  return {
    id: found.entry.id,
    parameters: found.parameters,
    goesTo: found.entry.goesTo,
    methodKnown: found.methodKnown,
  }
}

describe('classify', () => {
  it.each([
    ['GET', '/', 'page.main'],
    ['HEAD', '/', 'page.main'],
    ['GET', '/second', 'page.declared'],
    ['GET', '/second/', 'page.declared'],
    ['GET', '/a/b', 'page.declared'],
    ['GET', '/third', 'unknown'],
    ['GET', '/config/', 'config.read'],
    ['GET', '/%63onfig', 'config.read'],
    ['POST', '/config', 'unknown'],
    ['POST', '/gradio_api/queue/join', 'queue.join'],
    ['POST', '/gradio_api/call/predict', 'call.start'],
    ['POST', '/gradio_api/call/v2/predict', 'call.v2'],
    ['GET', '/gradio_api/call/predict/abc', 'call.result'],
    ['GET', '/gradio_api/call/v2/predict/abc', 'call.v2.result'],
    ['GET', '/gradio_api/file=/tmp/gradio/x/a.png', 'file.read'],
    ['GET', '/gradio_api/file/tmp/x', 'closed.file.alias'],
    ['GET', '/gradio_api/proxy=https:/x', 'closed.proxy'],
    ['GET', '/gradio_api/stream/h/1/2/playlist.m3u8', 'media.playlist'],
    ['GET', '/gradio_api/stream/h/1/2/0.ts', 'media.segment'],
    ['GET', '/gradio_api/stream/h/1/2/playlist-file', 'media.whole'],
    ['POST', '/gradio_api/stream/e/close', 'event.close'],
    ['POST', '/gradio_api/mcp/', 'mcp.call'],
    ['GET', '/gradio_api/mcp/', 'mcp.listen'],
    ['GET', '/gradio_api/mcp', 'mcp.listen.bare'],
    ['GET', '/gradio_api/mcp/x', 'mcp.rest'],
    ['POST', '/gradio_api/mcp', 'mcp.call.bare'],
    ['DELETE', '/gradio_api/mcp', 'mcp.bare'],
    ['GET', '/gradio_api/mcp/sse', 'mcp.stream'],
    ['POST', '/gradio_api/mcp/messages/', 'mcp.post'],
    ['POST', '/gradio_api/mcp/messages/x', 'mcp.messages'],
    ['GET', '/login', 'closed.login'],
    ['POST', '/login/', 'closed.login.below'],
    ['GET', '/logincheck', 'unknown'],
    ['GET', '/monitoring/abc/dashboard/gradio_api/file=/tmp/x', 'closed.monitoring.below'],
    ['GET', '/openapi.json', 'closed.openapi'],
    ['GET', '/.sekisho/login', 'gate.login.page'],
    ['GET', '/.sekisho/assets/x.js', 'gate.asset'],
    ['GET', '/.sekisho/assets/x/y.js', 'unknown'],
    ['GET', '/.sekisho/nothing', 'unknown'],
    ['DELETE', '/', 'unknown'],
    ['OPTIONS', '/gradio_api/queue/join', 'unknown'],
  ] as const)('%s %s is %s', (method, path, id) => {
    expect(ask(method, path).id).toBe(id)
  })

  it('keeps apart a path that is unknown and a method that is', () => {
    expect(ask('POST', '/config').methodKnown).toBe(false)
    expect(ask('POST', '/nothing').methodKnown).toBe(true)
  })

  it('reads an app below its mount path, and the gate always at the root', () => {
    expect(ask('GET', '/sub/config', '/sub').id).toBe('config.read')
    expect(ask('GET', '/config', '/sub').id).toBe('unknown')
    expect(ask('GET', '/.sekisho/login', '/sub').id).toBe('gate.login.page')
    expect(ask('GET', '/sub/.sekisho/login', '/sub').id).toBe('unknown')
    expect(ask('GET', '/sub/', '/sub').id).toBe('page.main')
    expect(['/', '/sub'].map((path) => ask('GET', path, '/sub').id)).toEqual(['gate.base', 'gate.base'])
    expect(ask('POST', '/', '/sub').id).toBe('unknown')
  })

  it('gives names as decoded text', () => {
    expect(ask('GET', '/gradio_api/file=/tmp/a%20b.png').parameters).toEqual({ file: '/tmp/a b.png' })
  })

  it('sends nowhere whatever is in no table', () => {
    fc.assert(
      fc.property(
        fc.webPath(),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'),
        (path, method) => {
          const found = ask(method, path === '' ? '/' : path)
          if (found.id === 'unknown') expect(found.goesTo).toBe('nowhere')
          if (method === 'PUT' || method === 'PATCH' || method === 'OPTIONS')
            expect(found.goesTo).not.toBe('upstream')
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe.each([
  ['the catalogue', catalogue],
  ['the catalogue of Gradio 4', catalogueOfFour],
])('%s', (_which, catalogue) => {
  it('has unique ids', () => {
    const ids = catalogue.map((entry) => entry.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has no two rows of the same kind that answer the same request', () => {
    const sample = (path: string) =>
      path
        .replace('[/]', '')
        .replace(/\{[a-z_]+\.\.\.\}/g, 'rest/of')
        .replace(/\{[a-z_]+\}/g, 'name')
    for (const one of catalogue) {
      const template = compileTemplate(one.path)
      const twins = catalogue.filter((other) => {
        const second = compileTemplate(other.path)
        return (
          other !== one &&
          other.methods.some((method) => one.methods.includes(method)) &&
          second.open === template.open &&
          (second.literal === undefined) === (template.literal === undefined) &&
          second.prefix === template.prefix &&
          second.fixed === template.fixed &&
          second.match(sample(one.path)) !== undefined
        )
      })
      expect(twins.map((twin) => `${one.id} ~ ${twin.id}`)).toEqual([])
    }
  })

  it('lets nothing repeat that does something', () => {
    for (const entry of catalogue) {
      if (entry.repeatable)
        expect(entry.methods.every((method) => method === 'GET' || method === 'HEAD')).toBe(true)
      if (entry.stream) expect(entry.repeatable).toBe(false)
    }
  })
})

describe('of an app that runs Gradio 4', () => {
  it.each([
    ['POST', '/queue/join', 'queue.join'],
    ['POST', '/run/predict/', 'call.run'],
    ['POST', '/call/predict', 'call.start'],
    ['GET', '/call/predict/abc', 'call.result'],
    ['GET', '/file=/tmp/gradio/x/a.png', 'file.read'],
    ['GET', '/file/tmp/x', 'closed.file.alias'],
    ['GET', '/proxy=https:/x', 'closed.proxy'],
    ['GET', '/stream/h/1/2', 'media.stream'],
    ['GET', '/custom_component/a/component/index.js', 'asset.component.four'],
    ['GET', '/token', 'closed.token'],
    ['GET', '/monitoring/summary', 'closed.monitoring.below'],
    ['GET', '/openapi.json', 'closed.openapi'],
    ['GET', '/theme.css', 'asset.theme'],
    ['POST', '/gradio_api/queue/join', 'unknown'],
    ['GET', '/gradio_api/file=/tmp/gradio/x/a.png', 'unknown'],
    ['POST', '/mcp/', 'unknown'],
    ['GET', '/deep_link', 'unknown'],
    ['POST', '/stream/e', 'unknown'],
  ] as const)('%s %s is %s', (method, path, id) => {
    expect(ask(method, path, '', '').id).toBe(id)
  })

  it('routes at the root are nobody’s of one that runs a later one', () => {
    expect(ask('POST', '/queue/join').id).toBe('unknown')
    expect(ask('GET', '/file=/tmp/x').id).toBe('unknown')
  })
})
