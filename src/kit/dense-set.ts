/** What is under way, as many a second as there are requests: in no order, held as long as it is there and no longer. */

export interface Placed {
  /** Kept by the one set that it is in. */
  place?: number
}

/**
 * A `Set` that lives long won't do: V8 gives it a new table after every few changes, and what was the table leads to the new one
 * (src/objects/ordered-hash-table.cc, SetNextTable). Once one of them has been moved to the old generation, all that stood in those
 * after it stays there until the next full collection, requests with what they hold: with Node 24.21 about ten kilobytes for each
 * `/config`.
 */
export class DenseSet<Member extends Placed> {
  readonly #members: Member[] = []

  get size(): number {
    return this.#members.length
  }

  add(member: Member): void {
    if (this.has(member)) return
    member.place = this.#members.push(member) - 1
  }

  has(member: Member): boolean {
    return member.place !== undefined && this.#members[member.place] === member
  }

  delete(member: Member): void {
    const { place } = member
    if (place === undefined || this.#members[place] !== member) return
    const last = this.#members.pop()
    if (last === undefined || last === member) return
    last.place = place
    this.#members[place] = last
  }

  /** Calls with each that is there now, unless it has gone by its turn. */
  each(call: (member: Member) => void): void {
    for (const member of [...this.#members]) if (this.has(member)) call(member)
  }
}
