import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { asText, templateUse } from './template.ts'

describe('a value of an HTML component', () => {
  it.each([
    ['without a template', {}],
    ['in the usual one', { html_template: '${value}', css_template: '' }],
    ['between the tags of another', { html_template: '<div class="card">${value}</div><p>${value}</p>' }],
    [
      'between tags that have attributes',
      { html_template: '<p class="a > b" hidden data-a=1>${value}</p><br/>1 > 0 <b>${value}</b>' },
    ],
    ['with a style of its own', { html_template: '${value}', css_template: 'color: ${color};' }],
  ])('is markup %s', (_, props) => expect(templateUse(props)).toEqual({ kind: 'markup' }))

  it.each([
    ['inside a tag', '<p title="${value}">x</p>', { escape: true, code: false }],
    [
      'inside a tag whose end seems to come before',
      '<p onclick="(x) => x" title="${value}">x</p>',
      { escape: true, code: false },
    ],
    ['inside a comment', '<!-- > ${value} -->', { escape: true, code: false }],
    ['where an escape makes a tag', '\\x3cp title="${value}">x', { escape: true, code: false }],
    ['in a calculation', '<p>${value.length > 3 ? value : label}</p>', { escape: true, code: false }],
    ['in a script or a style', '<style>${value}</style>', { escape: true, code: false }],
    [
      'in Handlebars, which escapes',
      '{{#each value}}<b>{{this}}</b>{{/each}}',
      { escape: false, code: true },
    ],
    ['in Handlebars, which does not', '<b>{{{value}}}</b>', { escape: true, code: true }],
    ['in Handlebars, which does not, with a tilde', '<b>{{~{value}~}}</b>', { escape: true, code: true }],
    ['in both', '<b>{{label}}</b>${value}', { escape: true, code: true }],
  ])('is text %s', (_, html_template, use) =>
    expect(templateUse({ html_template })).toEqual({ kind: 'text', ...use }),
  )

  it('is text where the style runs what Handlebars makes of it', () => {
    expect(templateUse({ html_template: '${value}', css_template: 'color: {{value}}' })).toEqual({
      kind: 'text',
      escape: true,
      code: true,
    })
  })
})

describe('text in a template that is run', () => {
  const handlebars = (text: string) =>
    text.replace(/[&<>"'`=]/g, (sign) => `&#${String(sign.charCodeAt(0))};`)
  const attempts = [
    '${trace(1)}',
    '\\${trace(1)}',
    '$${trace(1)}',
    '${`${trace(1)}`}',
    '$',
    '{trace(1)}',
    '\\',
  ]

  /** How often something ran, as Gradio's page runs what Handlebars leaves (js/html/shared/HTML.svelte 6.31). */
  function countRuns(source: string): number {
    let runs = 0
    runInNewContext(`\`${source}\``, { trace: () => runs++ })
    return runs
  }

  it('runs nothing, whatever stands next to it', () => {
    expect(countRuns(handlebars('${trace(1)}'))).toBe(1)
    expect(countRuns(handlebars('$') + handlebars('{trace(1)}'))).toBe(1)
    for (const one of attempts)
      for (const other of attempts) {
        const [first, second] = [one, other].map((text) =>
          handlebars(asText(text, { escape: false, code: true })),
        )
        expect(countRuns(`<p>${first ?? ''}${second ?? ''} </p>`)).toBe(0)
        const raw = [one, other, '`+trace(1)+`'].map((text) => asText(text, { escape: true, code: true }))
        expect(countRuns(`<p>${raw.join('')} </p>`)).toBe(0)
      }
  })

  it('runs nothing beside what the template itself writes', () => {
    const price = handlebars(asText('{trace(1)}', { escape: false, code: true }))
    expect(countRuns(`<p>$${handlebars('{trace(1)}')}</p>`)).toBe(1)
    expect(countRuns(`<p>$${price}</p>`)).toBe(0)
  })

  it('is not made markup by escapes of the code', () => {
    const attempt = String.raw`\x3cimg src\x3dx onerror\u003dalert(1)\u{3e} C:\new`
    const shown = (text: string): unknown => runInNewContext(`\`<p>${handlebars(text)}</p>\``)
    expect(shown(attempt)).toContain('<img src=x onerror=alert(1)>')
    expect(shown(asText(attempt, { escape: false, code: true }))).toBe(`<p>${attempt}</p>`)
  })

  it('adds no attribute where a template has no quotes', () => {
    expect(asText('x onclick=alert(1)', { escape: true, code: false })).toBe('x onclick&#61;alert(1)')
  })

  it('reads the same', () => {
    expect(asText('3 < 4 & "x" costs $5', { escape: false, code: true })).toBe('3 < 4 & "x" costs $5')
    expect(asText('<b> "x"', { escape: true, code: false })).toBe('&lt;b&gt; &quot;x&quot;')
  })
})
