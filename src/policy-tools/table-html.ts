/** The table "who may call what" as one page that needs nothing else: to be read on a screen, aloud, and on paper. */
import type { Language } from '../contract/contract.ts'
import type { CallTable, Cell, Column, Row, Section } from './call-table.ts'
import { conditionLines } from './table-text.ts'
import type { PlaceNamer } from './print-policy.ts'
import { whenWords } from './when-words.ts'
import { tableWords, type TableWords } from './table-words.ts'

export interface HtmlOptions {
  readonly language: Language
  readonly madeAt: number
  readonly name: PlaceNamer
}

export function tableHtml(table: CallTable, { language, madeAt, name }: HtmlOptions): string {
  const words = tableWords[language]
  const time = new Date(madeAt).toISOString()
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${words.title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${words.title}</h1>
<p>${words.caption} ${words.madeAt}: <time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time></p>
${table.sections.map((section) => sectionHtml(section, table.columns, words)).join('\n')}
${conditionsHtml(table, { words, language, name })}</main>
</body>
</html>`
}

function sectionHtml(section: Section, columns: readonly Column[], words: TableWords): string {
  const heads = columns.map((column) => `<th scope="col">${headHtml(column, words)}</th>`).join('')
  const rows = section.rows.map((row) => rowHtml(row, section, words)).join('\n')
  return `<div class="scroll" role="region" tabindex="0" aria-labelledby="${section.name}">
<table>
<caption id="${section.name}">${words.sections[section.name]}</caption>
<thead><tr><th scope="col">${words.what}</th>${heads}</tr></thead>
<tbody>
${rows}
</tbody>
</table>
</div>`
}

function headHtml({ label, kind }: Column, words: TableWords): string {
  switch (kind) {
    case 'guest':
      return words.guest
    case 'no-role':
      return words.noRole
    case 'token':
      return words.token
    case 'role':
    case 'user':
      return `<span class="kind">${words[kind]}</span> ${escape(label)}`
  }
}

function rowHtml({ label, group, others, cells }: Row, { name }: Section, words: TableWords): string {
  const said = name === 'other' ? (words.deeds[label] ?? label) : label
  const more = others === undefined ? group && `${words.of} ${group}` : words.others(others)
  const of = more === undefined ? '' : ` <span class="kind">${escape(more)}</span>`
  return `<tr><th scope="row">${escape(said)}${of}</th>${cells.map((cell) => cellHtml(cell, words)).join('')}</tr>`
}

/** The word says it; colour only helps. */
function cellHtml({ answer, on }: Cell, words: TableWords): string {
  if (answer !== 'depends') return `<td class="${answer}">${answer === 'yes' ? words.yes : words.no}</td>`
  const links = on.map((at) => `<a href="#c${String(at)}">${String(at)}</a>`).join(', ')
  return `<td class="depends">${words.depends} ${links}</td>`
}

interface Saying extends Pick<HtmlOptions, 'language' | 'name'> {
  readonly words: TableWords
}

function conditionsHtml({ conditions }: CallTable, { words, language, name }: Saying): string {
  if (conditions.length === 0) return ''
  const items = conditions.map((rule, at) => {
    const { id, text, role } = rule
    const place = `<span class="kind">${escape(name(rule))}</span>`
    const said =
      role === undefined
        ? `<strong>${escape(id)}</strong> ${place}<pre>${escape(conditionLines(text).join('\n'))}</pre>`
        : `<strong>${escape(role.name)}</strong> ${place}<br>${escape(whenWords(role.when, language).join(words.then))}`
    return `<li id="c${String(at + 1)}">${said}</li>`
  })
  return `<h2>${words.conditions}</h2>
<ol>
${items.join('\n')}
</ol>
`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${String(sign.codePointAt(0))};`)
}

// Contrasts of at least 4.5 to 1 in both schemes (WCAG 2.2, 1.4.3).
const style = `
:root{color-scheme:light dark;--line:#767676;--yes:#00591f;--if:#6b4400;--no:#595959;--head:#f2f2f2}
@media (prefers-color-scheme:dark){:root{--line:#8a8a8a;--yes:#7fe0a0;--if:#ffc966;--no:#b0b0b0;--head:#262626}}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:1rem}
main{max-width:72rem;margin:auto}
.scroll{overflow-x:auto;margin-bottom:2rem}
table{border-collapse:collapse;min-width:100%}
caption{text-align:start;font-size:1.25rem;font-weight:600;padding:.5rem 0}
th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:start;vertical-align:top}
thead th{background:var(--head)}
tbody th{font-weight:500;overflow-wrap:anywhere}
.yes{color:var(--yes);font-weight:600}
.depends{color:var(--if)}
.no,.kind{color:var(--no)}
.kind{font-weight:400;font-size:.875em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.25rem 0 1rem}
a{color:inherit}
:focus-visible,:target{outline:2px solid}
@media print{
body{padding:0;font-size:10pt}
.scroll{overflow:visible}
thead{display:table-header-group}
tr,li{break-inside:avoid}
:root{color-scheme:light;--line:#767676;--yes:#000;--if:#000;--no:#595959;--head:#fff}
}`
