/** Which components and dependencies go with the hidden ones, so that what stays is whole and reads well. */
import type { Component } from '../app/model.ts'
import type { JsonObject } from '../kit/json.ts'
import type { LayoutNode, Wire } from './wiring.ts'

export interface Pruning {
  readonly wires: readonly Wire[]
  readonly layout: LayoutNode
  readonly components: ReadonlyMap<number, Component>
  /** Dependencies that may not be seen. */
  readonly hidden: ReadonlySet<number>
  /** Components that may not be seen. */
  readonly secret: ReadonlySet<number>
  /** Components none of whose server functions may be called. */
  readonly useless: ReadonlySet<number>
  /** Invisible sections: only a function could show them. */
  readonly neverShown: ReadonlyMap<number, LayoutNode>
}

export interface Pruned {
  readonly kept: ReadonlySet<number>
  readonly removed: ReadonlySet<number>
}

/** They do nothing but start functions: without one they would be dead. */
const pressed = new Set(['button', 'uploadbutton', 'timer'])

export function prune(pruning: Pruning): Pruned {
  const { wires, layout } = pruning
  const sections = new Set(
    nodesUnder(layout).flatMap(({ id, children }) => (children.length > 0 ? [id] : [])),
  )
  const dropped = new Set(pruning.hidden)
  const removed = new Set<number>()
  for (const node of nodesUnder(layout)) {
    // What stands inside a secret is one too.
    if (pruning.secret.has(node.id)) for (const { id } of nodesUnder(node)) removed.add(id)
  }
  for (const id of pruning.secret) removed.add(id)
  removed.delete(layout.id)
  // One going makes others go; it ends, since nothing ever comes back.
  for (let before = -1; before !== dropped.size + removed.size;) {
    before = dropped.size + removed.size
    for (const wire of wires) if (goesToo(wire, dropped, removed)) dropped.add(wire.id)
    for (const wire of wires) if (isLeftAlone(wire, wires, dropped)) dropped.add(wire.id)
    const uses = usesOf(wires, dropped)
    for (const id of orphansOf(uses, sections, pruning)) removed.add(id)
    for (const id of neverSeen(uses, removed, pruning)) removed.add(id)
  }
  const uses = usesOf(wires, dropped)
  for (const child of layout.children) removeEmptied(child, removed, uses.byKept)
  return { kept: new Set(wires.flatMap(({ id }) => (dropped.has(id) ? [] : [id]))), removed }
}

export function isNeverShown(props: JsonObject): boolean {
  return props['visible'] === false || props['visible'] === 'hidden'
}

/** It touches what is gone, or, in the browser alone, it only ends or follows what is gone. */
function goesToo(wire: Wire, dropped: ReadonlySet<number>, removed: ReadonlySet<number>): boolean {
  const { targets, inputs, outputs, cancels, follows, onServer } = wire
  if ([targets, inputs, outputs].some((ids) => ids.some((id) => removed.has(id)))) return true
  if (onServer) return false
  if (follows !== undefined && dropped.has(follows)) return true
  return cancels.length > 0 && cancels.every((id) => dropped.has(id))
}

/** It did nothing but stand beside what is gone. */
function isLeftAlone(wire: Wire, wires: readonly Wire[], dropped: ReadonlySet<number>): boolean {
  if (!wire.isIdle || wire.targets.length === 0) return false
  const shares = (other: Wire) => other.targets.some((target) => wire.targets.includes(target))
  const others = wires.filter((other) => !other.isIdle && (shares(other) || other.follows === wire.id))
  return others.length > 0 && others.every(({ id }) => dropped.has(id))
}

interface Uses {
  /** What hidden functions read or write. */
  readonly dataOfDropped: ReadonlySet<number>
  readonly targetsOfDropped: ReadonlySet<number>
  /** What functions of the server that stay start from, read or write. */
  readonly byKeptOnServer: ReadonlySet<number>
  readonly byKept: ReadonlySet<number>
}

function usesOf(wires: readonly Wire[], dropped: ReadonlySet<number>): Uses {
  const gone = wires.filter(({ id }) => dropped.has(id))
  const staying = wires.filter(({ id }) => !dropped.has(id))
  const touched = (some: readonly Wire[]) =>
    new Set(some.flatMap(({ targets, inputs, outputs }) => [...targets, ...inputs, ...outputs]))
  return {
    dataOfDropped: new Set(
      gone.flatMap(({ onServer, inputs, outputs }) => (onServer ? [...inputs, ...outputs] : [])),
    ),
    targetsOfDropped: new Set(gone.flatMap(({ targets }) => targets)),
    byKeptOnServer: touched(staying.filter(({ onServer }) => onServer)),
    byKept: touched(staying),
  }
}

/**
 * What only hidden functions use: their inputs and outputs, values and labels, and the buttons that start them. A picture
 * that somebody may look at stays, whatever clicking on it would have done. So does a button that runs a script, whoever
 * else writes on it: gr.DeepLinkButton has a nameless function that puts its label back (Gradio 6.31).
 */
function* orphansOf(uses: Uses, sections: ReadonlySet<number>, pruning: Pruning): Generator<number> {
  for (const id of uses.dataOfDropped) {
    const isPressed = pressed.has(pruning.components.get(id)?.type ?? '')
    const users = isPressed ? uses.byKept : uses.byKeptOnServer
    if (!users.has(id) && !sections.has(id)) yield id
  }
  for (const id of uses.targetsOfDropped) {
    const type = pruning.components.get(id)?.type
    // Buttons inside other components aren't listed among the components.
    if (id === pruning.layout.id || uses.byKept.has(id)) continue
    if (type === undefined || pressed.has(type)) yield id
  }
  for (const id of pruning.useless) if (!uses.byKeptOnServer.has(id)) yield id
}

/** The rest of an invisible section whose functions are hidden: nobody who is left could ever make it appear. */
function* neverSeen(uses: Uses, removed: ReadonlySet<number>, pruning: Pruning): Generator<number> {
  for (const [id, section] of pruning.neverShown) {
    const inside = nodesUnder(section).filter((node) => node !== section)
    if (uses.byKept.has(id) || !inside.some((node) => removed.has(node.id))) continue
    for (const node of inside) {
      if (node.children.length === 0 && !uses.byKept.has(node.id)) yield node.id
    }
  }
}

/** Rows, forms and tabs that have nothing left in them; true when `node` itself went. */
function removeEmptied(node: LayoutNode, removed: Set<number>, used: ReadonlySet<number>): boolean {
  const left = node.children.filter((child) => !removeEmptied(child, removed, used))
  if (node.children.length > 0 && left.length === 0 && !used.has(node.id)) removed.add(node.id)
  return removed.has(node.id)
}

function nodesUnder(node: LayoutNode): readonly LayoutNode[] {
  return [node, ...node.children.flatMap(nodesUnder)]
}
