/** What becomes of values by the component that shows them, in the shapes of Gradio 6.31. */
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../kit/json.ts'
import { cleanComponent, cleanerOf, cleanerOfAnything } from './shown-html.ts'

/** Stands for the cleaning itself. */
const mark = (html: string) => (html.includes('<') ? `clean(${html})` : html)
const evil = '<i>'
const cleaned = 'clean(<i>)'

function show(type: string, props: JsonObject, value: Json): unknown {
  return cleanerOf({ type, props }, mark)?.(value) ?? 'shows none'
}

const update = (rest: JsonObject): JsonObject => ({ __type__: 'update', ...rest })

describe('a value', () => {
  it('of an HTML component is cleaned, whatever it is made of', () => {
    expect(show('html', {}, evil)).toBe(cleaned)
    expect(show('html', {}, [evil, { a: evil }, 3, null])).toEqual([cleaned, { a: cleaned }, 3, null])
  })

  it('of a template that may show names has no code in them', () => {
    const props = { html_template: '{{#each value}}<b>{{@key}}</b>{{/each}}' }
    expect(show('html', props, { a: 1, '${x}': [{ '\\x3c': 2 }] })).toEqual({
      a: 1,
      '$\u200b{x}': [{ '\\\\x3c': 2 }],
    })
  })

  it('of a component that shows text is left alone', () => {
    for (const type of ['textbox', 'code', 'json', 'label', 'plot', 'image', 'state'])
      expect(cleanerOf({ type, props: {} }, mark)).toBeUndefined()
  })

  it('of Markdown is left to Gradio’s page, which cleans it', () => {
    expect(show('markdown', { sanitize_html: false }, evil)).toBe(evil)
  })

  it('of a table is cleaned in the columns that hold HTML', () => {
    const value = {
      headers: [evil, 'b'],
      data: [[evil, evil, 1]],
      metadata: { display_value: [[evil, evil]], styling: [['color: red']] },
    }
    expect(show('dataframe', { datatype: ['html', 'str', 'number'] }, value)).toEqual({
      headers: [cleaned, 'b'],
      data: [[cleaned, evil, 1]],
      metadata: { display_value: [[cleaned, evil]], styling: [['color: red']] },
    })
    expect(show('dataframe', { datatype: 'html' }, value)).toMatchObject({ data: [[cleaned, cleaned, 1]] })
    expect(show('dataframe', { datatype: 'str' }, value)).toBe(value)
  })

  it('of a list of parameters is cleaned', () => {
    const value = { name: { type: evil, description: evil, default: null } }
    expect(show('paramviewer', {}, value)).toEqual({
      name: { type: cleaned, description: cleaned, default: null },
    })
  })

  it('of a chat is cleaned where a message holds a component', () => {
    const message = (content: Json) => [{ role: 'assistant', metadata: null, content: [content] }]
    const props = {
      value: evil,
      html_template: '<b>{{value}}</b>',
      js_on_load: 'x()',
      head: '<script>',
      padding: true,
    }
    expect(
      show(
        'chatbot',
        {},
        message({ type: 'component', component: 'html', value: evil, props, constructor_args: props }),
      ),
    ).toEqual(
      message({
        type: 'component',
        component: 'html',
        value: cleaned,
        props: { value: cleaned, padding: true },
        constructor_args: { value: cleaned, padding: true },
      }),
    )
    const text = message({ type: 'text', text: evil })
    expect(show('chatbot', {}, text)).toBe(text)
  })

  it('is the same value where nothing had to change', () => {
    for (const value of ['plain', ['a', { b: 'c' }], update({ value: 'plain', visible: false })])
      expect(show('html', {}, value)).toBe(value)
  })
})

describe('an update', () => {
  it('of an HTML component has its value cleaned, and brings no code', () => {
    const given = update({
      value: evil,
      visible: true,
      html_template: '<b>',
      css_template: '',
      js_on_load: 'x',
      head: 'x',
    })
    expect(show('html', {}, given)).toEqual(update({ value: cleaned, visible: true }))
  })

  it('cannot name a template’s properties so that the name is run', () => {
    expect(show('html', {}, update({ props: { color: 'red', 'a=alert(1)': 1, 'b,c': 2 } }))).toEqual(
      update({ props: { color: 'red' } }),
    )
  })

  it('brings text for a template that runs what it is given', () => {
    const props = { html_template: '<b title="${label}">{{value}} ${color}</b>' }
    const given = update({ value: '${x}', label: '"', props: { color: '<' } })
    expect(show('html', props, given)).toEqual(
      update({ value: '$\u200b{x}', label: '&quot;', props: { color: '&lt;' } }),
    )
  })

  it('does not switch cleaning off, nor HTML on', () => {
    expect(show('markdown', {}, update({ value: evil, sanitize_html: false }))).toEqual(
      update({ value: evil }),
    )
    expect(show('chatbot', {}, update({ sanitize_html: false, label: 'x' }))).toEqual(update({ label: 'x' }))
    expect(show('dataframe', {}, update({ datatype: ['str', 'html'], value: evil }))).toEqual(
      update({ value: evil }),
    )
    expect(show('dataframe', {}, update({ datatype: 'number' }))).toEqual(update({ datatype: 'number' }))
  })

  it('does not make other columns HTML', () => {
    const value = { headers: ['a', 'b'], data: [[evil, evil]], metadata: null }
    const given = update({ datatype: ['str', 'html'], value })
    const shown = update({ value: { ...value, data: [[cleaned, evil]] } })
    expect(show('dataframe', { datatype: ['html', 'str'] }, given)).toEqual(shown)
  })

  it('brings samples that are shown as HTML cleaned', () => {
    const props = { components: [{ name: 'html' }, { name: 'textbox' }] }
    expect(show('dataset', props, update({ samples: [[evil, evil]] }))).toEqual(
      update({ samples: [[cleaned, evil]] }),
    )
  })
})

describe('what nobody knows the component of', () => {
  it('is cleaned as if it were any', () => {
    const clean = cleanerOfAnything(mark)
    expect(clean([evil, { component: 'html', value: evil, props: { head: evil } }])).toEqual([
      cleaned,
      { component: 'html', value: cleaned, props: {} },
    ])
    expect(clean(update({ value: evil, js_on_load: 'x', sanitize_html: false, samples: [[evil]] }))).toEqual(
      update({ value: cleaned }),
    )
  })
})

describe('a component’s description', () => {
  it('keeps the author’s templates, and has what functions fill cleaned', () => {
    const props = { value: evil, html_template: '${value}', js_on_load: 'x()' }
    expect(cleanComponent({ id: 1, type: 'html', props }, mark)).toEqual({
      id: 1,
      type: 'html',
      props: { ...props, value: cleaned },
    })
    const sample = { components: [{ name: 'html' }], samples: [[evil]] }
    expect(cleanComponent({ type: 'dataset', props: sample }, mark)).toMatchObject({
      props: { samples: [[cleaned]] },
    })
  })

  it('says that the page cleans Markdown in samples, and an update says nothing else', () => {
    const described = (sanitize_html: boolean) => ({
      components: [{ name: 'markdown' }],
      component_props: [{ sanitize_html }, { label: 'x' }],
    })
    expect(cleanComponent({ type: 'dataset', props: described(false) }, mark)).toEqual({
      type: 'dataset',
      props: described(true),
    })
    const given = update({ ...described(false), samples: [[evil]] })
    expect(show('dataset', described(true), given)).toEqual(update({ samples: [[evil]] }))
  })

  it('says that the page cleans Markdown', () => {
    expect(cleanComponent({ type: 'markdown', props: { value: evil, sanitize_html: false } }, mark)).toEqual({
      type: 'markdown',
      props: { value: evil, sanitize_html: true },
    })
  })

  it('is the same where there is nothing to clean', () => {
    for (const component of [
      { type: 'textbox', props: { value: evil } },
      { type: 'html', props: {} },
      { id: 1 },
    ])
      expect(cleanComponent(component, mark)).toBe(component)
  })
})
