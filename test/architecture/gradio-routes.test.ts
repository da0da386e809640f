/** The catalogue against the routes that the pinned Gradio really declares. */
import { beforeAll, describe, expect, it } from 'vitest'
import { checkGradioRoutes, compareRoutes, type RouteReport } from '../../scripts/check-gradio-routes.ts'
import { setUpGradio } from '../../scripts/setup-gradio.ts'
import { catalogue } from '../../src/catalog/index.ts'

describe('the catalogue and the pinned Gradio', () => {
  let report: RouteReport

  beforeAll(async () => {
    report = await checkGradioRoutes(await setUpGradio('rig'))
  }, 300_000)

  it('reads the routes of the version that the catalogue was written for', () => {
    expect(report.gradio).toBe('6.31.0')
    expect(report.declared).toBeGreaterThan(150)
  })

  it('has an entry for every route that Gradio declares', () => {
    expect(report.missing).toEqual([])
  })

  it('has no entry that Gradio no longer declares', () => {
    expect(report.gone).toEqual([])
  })
})

describe('comparing routes with entries', () => {
  const missing = (path: string, methods: readonly string[] | null = ['GET']) =>
    compareRoutes([{ methods, path }], catalogue).missing

  it('names a route that nobody has looked at', () => {
    expect(missing('/gradio_api/brand-new')).toEqual(['GET /gradio_api/brand-new'])
  })

  it('names a new method of a known route', () => {
    expect(missing('/gradio_api/queue/join', ['DELETE', 'POST'])).toEqual(['DELETE /gradio_api/queue/join'])
  })

  it('names a literal route that an open template would match', () => {
    expect(missing('/gradio_api/heartbeat/all')).toEqual(['GET /gradio_api/heartbeat/all'])
    expect(missing('/static/upload')).toEqual(['GET /static/upload'])
  })

  it('names a mounted application that is not closed as a whole', () => {
    expect(missing('/static', null)).toEqual(['ANY /static'])
    expect(missing('/gradio_api/mcp', null)).toEqual([])
  })

  it('names a slash twin that the entry does not have', () => {
    expect(missing('/gradio_api/upload/', ['POST'])).toEqual(['POST /gradio_api/upload/'])
    expect(missing('/config/')).toEqual([])
  })

  it('names a WebSocket', () => {
    expect(missing('/gradio_api/live', ['WEBSOCKETROUTE'])).toEqual(['WEBSOCKETROUTE /gradio_api/live'])
  })

  it('takes a parameter of another name for the same route', () => {
    expect(missing('/gradio_api/file={anything:path}')).toEqual([])
  })

  it('notes an entry that Gradio does not declare', () => {
    const { gone } = compareRoutes([], catalogue)
    expect(gone).toContain('queue.join: POST /gradio_api/queue/join')
    expect(gone.some((row) => row.startsWith('gate.'))).toBe(false)
  })
})
