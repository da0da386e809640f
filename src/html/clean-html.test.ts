import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeHtmlCleaner } from './clean-html.ts'

const clean = makeHtmlCleaner('https://here.example')

describe('what ordinary pages are made of', () => {
  it.each([
    ['headings, lists and emphasis', '<h2>Prices</h2><ul><li><b>one</b> <em>two</em></li></ul>'],
    [
      'tables',
      '<table class="t"><tbody><tr><td colspan="2" style="text-align:right">1</td></tr></tbody></table>',
    ],
    [
      'links to pages, to mail and inside the app',
      '<a href="https://a.b/c?d=1#e">x</a><a href="mailto:a@b.c">y</a><a href="/z">z</a>',
    ],
    [
      'pictures of the app and in the page itself',
      '<img src="/gradio_api/file=/tmp/a.png" alt="a" /><img src="data:image/png;base64,AA==" />',
    ],
    ['colours and measures', '<p style="color:rgb(1, 2, 3);width:calc(50% - 2px);margin:0 auto">x</p>'],
    ['what unfolds', '<details open><summary>more</summary>text</details>'],
    ['letters of any script', '<p>関所 é &amp; 1 &lt; 2</p>'],
  ])('stays: %s', (_, html) => expect(clean(html)).toBe(html))

  it('stays as it is where no tag is in it', () => {
    for (const text of ['a & b', '&lt;script&gt;', '"quoted" > 3', '']) expect(clean(text)).toBe(text)
  })

  it('keeps what the page itself may load, by its whole address too', () => {
    expect(clean('<img src="https://HERE.example/gradio_api/file=x">')).toBe(
      '<img src="/gradio_api/file=x" />',
    )
    expect(makeHtmlCleaner()('<img src="https://here.example/x">')).toBe('<img />')
  })

  it('opens other pages without a way back', () => {
    expect(clean('<a href="/x" target="top">x</a>')).toBe(
      '<a href="/x" target="_blank" rel="noopener noreferrer">x</a>',
    )
  })
})

describe('what acts', () => {
  it.each([
    ['a script', 'a<script>alert(1)</script>b', 'ab'],
    [
      'an event handler',
      '<img src="x" onerror="alert(1)"><p ONCLICK=alert(1)>x</p>',
      '<img src="x" /><p>x</p>',
    ],
    [
      'a frame, with what is in it',
      '<iframe srcdoc="<script>1</script>">x</iframe><object data="x">y</object>',
      '',
    ],
    ['a form', '<form action="/x"><input name="a"><button>go</button></form>', 'go'],
    [
      'an address that is a script',
      '<a href="java&#10;script:alert(1)">x</a><a href=" JaVaScRiPt:1">y</a>',
      '<a>x</a><a>y</a>',
    ],
    [
      'a page in an address',
      '<a href="data:text/html,x">x</a><img src="data:text/html,x">',
      '<a>x</a><img />',
    ],
    [
      'drawings and formulas that may hold scripts',
      '<svg><a href="x">1</a></svg><math><mtext>2</mtext></math>3',
      '3',
    ],
    [
      'what speaks for the page',
      '<base href="//x"><meta http-equiv="refresh" content="0"><link rel="stylesheet" href="x">',
      '',
    ],
    ['style sheets', '<style>body{display:none}</style>x', 'x'],
    [
      'styles that load, or lie over the page',
      '<p style="background:url(//x);position:fixed;color:red">x</p>',
      '<p style="color:red">x</p>',
    ],
    [
      'measures that pull something over what stands before it',
      '<p style="margin-top:-9px;margin:0 calc(0px - 9px);text-indent:-9em;letter-spacing:-.5em;margin-left:1px">x</p>',
      '<p style="margin-left:1px">x</p>',
    ],
    ['comments', '<!--[if IE]><script>1</script><![endif]-->x', 'x'],
    ['names that scripts of the page would find', '<p id="config" name="x">x</p>', '<p>x</p>'],
    [
      'pictures from elsewhere, which tell who reads',
      '<img src="https://x.y/z"><img src="//x.y/z"><img srcset="//x.y 1x">',
      '<img /><img /><img />',
    ],
    ['an address here that leads elsewhere', '<img src="https://here.example//x.y/z">', '<img />'],
  ])('goes: %s', (_, html, left) => expect(clean(html)).toBe(left))
})

describe('what would take the gate’s time from everybody', () => {
  it.each([
    ['very long', '<i>x</i>'.repeat(150_000)],
    ['very deep', '<i>'.repeat(1_000)],
  ])('is shown as its source: %s', (_, html) => expect(clean(html)).toBe(html.replaceAll('<', '&lt;')))
})

const piece = fc.constantFrom(
  ...[
    '<',
    '>',
    '/',
    '"',
    "'",
    '=',
    ' ',
    '&',
    '#',
    ';',
    '!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '`',
    '\u0000',
    '\n',
  ],
  ...[
    '<p title="',
    '<a href="',
    '<img src=x ',
    'onerror=alert(1)',
    'javascript:',
    'data:text/html,',
    'style="',
    'url(',
  ],
  ...[
    '<svg>',
    '</svg>',
    '<math>',
    '<mtext>',
    '<style>',
    '</style>',
    '<noscript>',
    '</noscript>',
    '<template>',
  ],
  ...[
    '<textarea>',
    '</textarea>',
    '<title>',
    '</title>',
    '<xmp>',
    '</xmp>',
    '<iframe>',
    '<script>',
    '</script>',
  ],
  ...[
    '<table>',
    '<td>',
    '</table>',
    '<b>',
    '</b>',
    '<plaintext>',
    '<select><option>',
    'x',
    'é',
    '&lt;',
    '&quot;',
  ],
)

/** Tags as the cleaner writes them: lower case, values in double quotes, no bare quote or angle bracket inside. */
const written =
  /^(?:[^<>]|<\/[a-z1-6]+>|<(?!(?:script|style|iframe|object|embed|form|input|button|svg|math|base|meta|link|template|noscript|plaintext)\b)[a-z1-6]+(?: (?!on)[a-z-]+(?:="[^"<>]*")?)*(?: \/)?>)*$/

/** Its text and its tags; where a cell in a cell ends, or a paragraph round a table, a second reading sees otherwise. */
const toldBy = (html: string) => ({
  text: html.replace(/<[^>]*>/g, ''),
  tags: (html.match(/<[a-z][^>]*>/g) ?? []).filter((tag) => tag !== '<p>'),
})

describe('whatever somebody writes', () => {
  const html = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''))

  it('becomes tags of the allowed kinds, and nothing between them that a browser could take for one', () => {
    fc.assert(
      fc.property(html, (given) => {
        const cleaned = clean(given)
        if (!given.includes('<')) return
        expect(cleaned).toMatch(written)
        expect(cleaned).not.toMatch(/<[^>]*(?:href|src)="\s*(?:javascript|data:text|vbscript)/i)
      }),
      { numRuns: 3000 },
    )
  })

  it('is clean after one cleaning', () => {
    fc.assert(
      fc.property(html, (given) => {
        const cleaned = clean(given)
        expect(toldBy(clean(cleaned))).toEqual(toldBy(cleaned))
      }),
      { numRuns: 1000 },
    )
  })
})
