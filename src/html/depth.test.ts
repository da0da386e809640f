import { describe, expect, it } from 'vitest'
import { isTooDeep } from './depth.ts'

const many = 1_000

describe('HTML that people write', () => {
  it.each([
    ['paragraphs and lists without ends', '<p>a<p>b<ul><li>c<li>d</ul>'.repeat(many)],
    ['tables without ends of rows', `<table>${'<tr><td>1<td>2'.repeat(many)}</table>`],
    ['line breaks and pictures', '<br><img src="x">'.repeat(many)],
    ['what is closed', '<div><b>x</b></div>'.repeat(many)],
    ['text with signs', '1 < 2 </ <'.repeat(many)],
  ])('is not too deep: %s', (_, html) => expect(isTooDeep(html)).toBe(false))
})

describe('HTML that is made to take time', () => {
  it.each([
    ['what never ends', '<b>'.repeat(many)],
    ['in any case of letters', '<B>'.repeat(many)],
    ['with other ends between', '<b></p></i>'.repeat(many)],
    ['in turns', '<dd><li>'.repeat(many)],
    ['of what no page has', '<x-y z="1">'.repeat(many)],
  ])('is too deep: %s', (_, html) => expect(isTooDeep(html)).toBe(true))
})
