/** Who may call what: the functions, pages and other things of the app against the roles, worked out under any circumstances. */
import { componentResource } from '../app/resources.ts'
import type { AppModel } from '../app/model.ts'
import type { PolicyPrincipal } from '../policy/engine.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { Deed } from './deed.ts'
import { viewRule, type RuleView } from './explain-decision.ts'
import { Outlooks, type Outlook } from './outlook.ts'

export interface CallTable {
  readonly columns: readonly Column[]
  readonly sections: readonly Section[]
  /** Rules on which some answer depends, in the order in which they first occur. */
  readonly conditions: readonly RuleView[]
}

export interface Column {
  readonly label: string
  /** What the label names. */
  readonly kind: 'guest' | 'no-role' | 'token' | 'role' | 'user'
  readonly principal: PolicyPrincipal
}

export type SectionName = 'functions' | 'pages' | 'components' | 'other'

export interface Section {
  readonly name: SectionName
  readonly rows: readonly Row[]
}

export interface Row {
  readonly label: string
  /** Of a function that belongs to others: their name. */
  readonly group?: string
  /** How many others of its group stand in this row, since the answers are the same. */
  readonly others?: number
  readonly cells: readonly Cell[]
}

export interface Cell {
  readonly answer: Outlook['answer']
  /** Where it depends: on which of the table's conditions, counted from 1. */
  readonly on: readonly number[]
}

/** Those of the state, where they are to be columns too. */
export type TableUser = Extract<PolicyPrincipal, { kind: 'user' }>

export function makeCallTable(set: PolicySet, model: AppModel, users: readonly TableUser[] = []): CallTable {
  const columns = columnsOf(set, users)
  const conditions = new Map<string, RuleView>()
  const outlooks = new Outlooks(set)
  const cellOf = (column: Column, deed: Deed): Cell => {
    // Those who aren't in the state stand for all of their kind.
    const options = { anyAttributes: column.kind !== 'user' && column.kind !== 'guest' }
    const { answer, grant, mightGrant, mightForbid } = outlooks.of(column.principal, deed, options)
    const on = answer === 'depends' ? [...(grant.length > 0 ? [] : mightGrant), ...mightForbid] : []
    for (const id of on) if (!conditions.has(id)) conditions.set(id, viewRule(id, set))
    const order = [...conditions.keys()]
    return { answer, on: on.map((id) => order.indexOf(id) + 1) }
  }
  const sections = sectionsOf(model).map(({ name, rows }) => ({
    name,
    rows: fold(rows.map(({ deed, ...row }) => ({ ...row, cells: columns.map((one) => cellOf(one, deed)) }))),
  }))
  const shown = sections.filter(({ rows }) => rows.length > 0)
  return { columns, sections: shown, conditions: [...conditions.values()] }
}

/** A chat has some forty functions: where all of a group are answered alike, its own row stands for them. */
function fold(rows: readonly Row[]): readonly Row[] {
  const groupOf = ({ group, label }: Row) => group ?? label
  const groups = Map.groupBy(rows, groupOf)
  return rows.flatMap((row) => {
    const all = groups.get(groupOf(row)) ?? []
    const alike = all.every(({ cells }) => JSON.stringify(cells) === JSON.stringify(row.cells))
    if (all.length === 1 || !alike) return [row]
    return row === all[0] ? [{ label: groupOf(row), others: all.length - 1, cells: row.cells }] : []
  })
}

function columnsOf(set: PolicySet, users: readonly TableUser[]): readonly Column[] {
  const somebody = (roles: readonly string[]) =>
    ({ kind: 'user', username: 'somebody', roles, attributes: {} }) as const
  return [
    { label: 'guest', kind: 'guest', principal: { kind: 'guest' } },
    { label: 'no role', kind: 'no-role', principal: somebody([]) },
    { label: 'token', kind: 'token', principal: { kind: 'token', id: 'a-token', roles: [], attributes: {} } },
    ...set.roles.map(({ name }): Column => ({ label: name, kind: 'role', principal: somebody([name]) })),
    ...users.map((principal): Column => ({ label: principal.username, kind: 'user', principal })),
  ]
}

interface Asked extends Omit<Row, 'cells'> {
  readonly deed: Deed
}

function sectionsOf(
  model: AppModel,
): readonly { readonly name: SectionName; readonly rows: readonly Asked[] }[] {
  return [
    { name: 'functions', rows: functionsOf(model) },
    { name: 'pages', rows: pagesOf(model) },
    { name: 'components', rows: componentsOf(model) },
    { name: 'other', rows: others },
  ]
}

function functionsOf(model: AppModel): readonly Asked[] {
  return Array.from(model.byName.values())
    .filter(({ onServer }) => onServer)
    .map(({ name, group }) => ({
      label: name,
      ...(group !== name && { group }),
      deed: { action: 'callFunction', resource: { kind: 'endpoint', name, group } },
    }))
}

function pagesOf(model: AppModel): readonly Asked[] {
  return model.pages.map((path) => ({
    label: `/${path}`,
    deed: { action: 'viewPage', resource: { kind: 'page', path } },
  }))
}

function componentsOf(model: AppModel): readonly Asked[] {
  const rows = Array.from(model.components.values()).flatMap((component) =>
    component.serverFunctions.map((called): readonly [string, Asked] => {
      const resource = componentResource(component, called)
      const { type, name } = resource
      const label = `${type}${name === '' ? '' : `#${name}`}.${called}`
      return [label, { label, deed: { action: 'callComponent', resource } }]
    }),
  )
  // Components of one type without a name are one to the policy.
  return [...new Map(rows).values()]
}

const whole = { kind: 'app' } as const
const others: readonly Asked[] = [
  { label: 'upload', deed: { action: 'uploadFile', resource: whole } },
  { label: 'deep_links', deed: { action: 'exportState', resource: whole } },
  { label: 'mcp', deed: { action: 'useMcp', resource: whole } },
  { label: 'monitoring', deed: { action: 'readMonitoring', resource: whole } },
]
