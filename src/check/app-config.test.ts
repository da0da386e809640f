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

  it.each([
    [{ api_name: 'keep' }, 'keep', 'public'],
    [{ api_name: false }, '', 'private'],
    [{ api_name: 'quiet', show_api: false }, 'quiet', 'undocumented'],
  ])('reads functions as Gradio 3 to 5 told them: %j', (told, name, visibility) => {
    const dependencies = ['no function', { ...told, backend_fn: true, inputs: 'none' }]
    const config = parseAppConfig(JSON.stringify({ version: '4.44.0', components: [], dependencies }))
    expect(config?.functions).toEqual([expect.objectContaining({ id: 1, name, visibility, onServer: true })])
  })

  it('has no word longer than a line', () => {
    const long = 'x'.repeat(1_000_000)
    const dependencies = [{ api_name: long, backend_fn: true }]
    const one = { id: 1, type: long }
    const config = parseAppConfig(JSON.stringify({ version: long, components: [one], dependencies }))
    const words = [config?.version, config?.functions[0]?.name, config?.components[0]?.type]
    expect(words.map((word) => word?.length)).toEqual([100, 100, 100])
  })

  it.each([
    ['layout', '{"id":1,"children":[', ']}'],
    ['components', '[{"id":1,"type":"textbox","props":{"value":[', ']}}]'],
    ['theme', '[', ']'],
  ])('is none when it is nested without end (%s)', (key, open, close) => {
    const times = 100_000
    const before = key === 'components' ? '' : '"components":[],'
    const text = `{"version":"6.31.0",${before}"${key}":${open.repeat(times)}${close.repeat(times)}}`
    expect(parseAppConfig(text)).toBeUndefined()
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
