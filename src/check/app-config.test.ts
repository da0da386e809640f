/** The app's configuration is read whatever it holds. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAppConfig } from './app-config.ts'

const layout = {
  id: 1,
  children: [{ id: 2, children: [{ id: 3, children: [{ id: 4 }] }] }, { id: 5 }],
}
const components = [2, 3, 4, 5].map((id) => ({ id, type: 'column', props: { visible: id !== 2 } }))

describe('/config', () => {
  it('names what lies inside a hidden part, at any depth, and not the part itself', () => {
    const config = parseAppConfig(JSON.stringify({ version: '6.31.0 ', components, layout }))
    expect(config?.version).toBe('6.31.0')
    expect([...(config?.hidden ?? [])]).toEqual([3, 4])
  })

  it('keeps functions that lack what older versions did not have', () => {
    const dependencies = [
      {
        id: 3,
        targets: [
          [7, 'click'],
          [null, 'then'],
        ],
        backend_fn: true,
      },
    ]
    const config = parseAppConfig(JSON.stringify({ version: '6.0.0', components: [], dependencies }))
    expect(config?.functions).toEqual([
      {
        id: 3,
        name: '',
        visibility: 'public',
        onServer: true,
        batch: false,
        triggers: [7],
        inputs: [],
        outputs: [],
      },
    ])
  })

  it.each(['', '[]', 'null', '{}', '{"version":6}', '<html>', '{"version":"6.0.0"}'])(
    'is none: %s',
    (text) => {
      expect(parseAppConfig(text)).toBeUndefined()
    },
  )

  it('is read or refused, and never throws', () => {
    const value = fc.jsonValue()
    const shaped = fc.record({
      version: fc.oneof(fc.string(), value),
      components: fc.oneof(fc.array(fc.record({ id: fc.nat(), type: fc.string(), props: value })), value),
      dependencies: value,
      layout: value,
      page: value,
    })
    fc.assert(
      fc.property(shaped, (config) => {
        const parsed = parseAppConfig(JSON.stringify(config))
        if (parsed !== undefined) expect(typeof parsed.version).toBe('string')
      }),
    )
  })
})
