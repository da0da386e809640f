/** The table "who may call what" for a terminal, and for programs. */
import type { CallTable, Cell, Row } from './call-table.ts'
import { whenWords } from './when-words.ts'
import type { PlaceNamer } from './print-policy.ts'
import { tableWords } from './table-words.ts'

const words = tableWords.en

/** Each line by itself; what came from the app is made printable by who prints. */
export function tableLines(table: CallTable, name: PlaceNamer): readonly string[] {
  const head = table.columns.map(({ label }) => label)
  const sections = table.sections.map(({ name: section, rows }) => [
    [words.sections[section].toUpperCase(), ...head],
    ...rows.map((row) => [labelOf(row), ...row.cells.map(cellText)]),
  ])
  const widths = widthsOf(sections.flat())
  const lines = sections.map((rows) => rows.map((row) => align(row, widths)))
  const conditions = table.conditions.flatMap((rule, at) => {
    const place = name(rule)
    const head = `[${String(at + 1)}]`
    if (rule.role === undefined) return [`${head} ${rule.id} (${place})`, ...conditionLines(rule.text)]
    return [`${head} ${rule.role.name} (${place}): ${whenWords(rule.role.when, 'en').join('; ')}`]
  })
  return [...lines.flatMap((one) => [...one, '']), ...conditions].slice(
    0,
    conditions.length === 0 ? -1 : undefined,
  )
}

function labelOf({ label, group, others }: Row): string {
  if (others !== undefined) return `${label} (${words.others(others)})`
  return group === undefined ? label : `${label} (${words.of} ${group})`
}

function cellText({ answer, on }: Cell): string {
  if (answer === 'depends') return `${words.depends} ${on.map((at) => `[${String(at)}]`).join('')}`
  return answer === 'yes' ? words.yes : '-'
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
}

function align(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd()
}

/** Without id and scope, which the table has said. */
export function conditionLines(text: string): readonly string[] {
  const from = text.search(/^\s*(?:when|unless)\s*\{/m)
  const shown = from < 0 ? text : text.slice(from)
  return shown
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
}

/** For programs: labels, answers, and the ids of rules on which an answer depends. */
export function tableJson({ columns, sections, conditions }: CallTable): unknown {
  return {
    columns: columns.map(({ label, kind }) => ({ label, kind })),
    sections: sections.map(({ name, rows }) => ({
      name,
      rows: rows.map(({ label, group = label, others = 0, cells }) => ({
        ...{ label, group, others },
        answers: cells.map(({ answer, on }) => ({ answer, on: on.map((at) => conditions[at - 1]?.id) })),
      })),
    })),
    conditions,
  }
}
