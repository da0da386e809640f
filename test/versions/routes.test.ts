/** Every route of this Gradio is in the gate's tables: known, and judged or refused. */
import { describe, expect, it } from 'vitest'
import { checkGradioRoutes } from '../../scripts/check-gradio-routes.ts'
import { setUpVersion, versionUnderTest } from '../../scripts/gradio-versions.ts'
import { catalogue, catalogueOfFour } from '../../src/catalog/index.ts'
import { api } from './api-of.ts'

describe('the tables of the gate', () => {
  it('have every route that this Gradio declares', async () => {
    const entries = api === '' ? catalogueOfFour : catalogue
    const report = await checkGradioRoutes(await setUpVersion(versionUnderTest()), entries)
    expect(report.gradio).toBe(versionUnderTest())
    expect(report.declared).toBeGreaterThan(50)
    // The gate upgrades no connection at all (src/receive/http1.ts).
    const webSockets = versionUnderTest().startsWith('5.')
      ? ['APIWEBSOCKETROUTE /gradio_api/stream/{event_id}']
      : []
    expect(report.missing).toEqual(webSockets)
  })
})
