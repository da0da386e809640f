/** Disjoint sets of ids: what is joined to what. */

export class Unions {
  readonly #parents = new Map<number, number>()

  add(id: number): void {
    if (!this.#parents.has(id)) this.#parents.set(id, id)
  }

  join(one: number, other: number): void {
    this.add(one)
    this.add(other)
    this.#parents.set(this.rootOf(other), this.rootOf(one))
  }

  rootOf(id: number): number {
    let root = id
    for (let next = this.#parents.get(root); next !== undefined && next !== root;) {
      root = next
      next = this.#parents.get(root)
    }
    return root
  }
}
