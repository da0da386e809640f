/** What was used already, for every session and token: windows by document, bounded, and forgotten when no epoch is left to replay, or to repeat, a request. */
import { epochMs } from './epochs.ts'
import { ReplayWindow, type CounterTaken } from './replay-window.ts'

/** Documents and programs of one session at a time. */
export const mostInstances = 64
/**
 * So long after its last request everything of a session is kept: a page repeats a call with its counter four minutes after it first
 * signed it at most (docs/reference/proof.md), and may be given a new epoch for it, good for five more.
 */
export const keptMs = 2 * epochMs
/** Of all sessions together: about 730 bytes each (docs/bench-proof.md). */
export const mostOfAll = 250_000

interface Instance {
  readonly window: ReplayWindow
  /** The owner's, when this window began: what was used before it stands in none. */
  readonly floor: number
  /** The youngest epoch that was used with it. */
  epochAt: number
}

interface Owner {
  /** The instance used longest ago comes first. */
  readonly instances: Map<string, Instance>
  /** An instance that isn't here may have been: its epochs were not younger than this. */
  floor: number
  usedAt: number
}

export interface Use {
  /** The session or the token. */
  readonly owner: string
  readonly instance: string
  readonly counter: number
  /** When the epoch was issued. */
  readonly epochAt: number
}

export class Windows {
  /** The owner who asked longest ago comes first. */
  readonly #owners = new Map<string, Owner>()
  /** The youngest epoch of those that were forgotten: a clock that is set back makes no epoch good again. */
  #forgotten = -1
  /** Until then nobody can be forgotten. */
  #keptUntil = 0
  #instances = 0
  readonly #mostOfAll: number

  constructor(most = mostOfAll) {
    this.#mostOfAll = most
  }

  /** `stale`: only a younger epoch can show that this is no repetition. */
  take({ owner: id, instance: name, counter, epochAt }: Use, now: number): CounterTaken | 'stale' {
    this.#forget(now)
    const owner = this.#owners.get(id) ?? {
      instances: new Map<string, Instance>(),
      floor: this.#forgotten,
      usedAt: now,
    }
    const known = owner.instances.get(name)
    const instance = known ?? { window: new ReplayWindow(), floor: owner.floor, epochAt }
    if (epochAt <= instance.floor) return 'stale'
    const taken = instance.window.take(counter)
    if (taken !== 'fresh') return taken
    instance.epochAt = Math.max(instance.epochAt, epochAt)
    owner.usedAt = now
    if (known === undefined) this.#instances++
    // A name that was cut out of a field would keep all of the field.
    moveToEnd(owner.instances, known === undefined ? flat(name) : name, instance)
    moveToEnd(this.#owners, id, owner)
    if (owner.instances.size > mostInstances) this.#evict(owner)
    if (this.#instances > this.#mostOfAll) this.#evictOwner()
    return 'fresh'
  }

  /** Owners and instances; for the bench and for tests. */
  get size(): { readonly owners: number; readonly instances: number } {
    return { owners: this.#owners.size, instances: this.#instances }
  }

  /** Every epoch that was used until then is over, and so is every one under which it may be repeated. */
  #forget(now: number): void {
    // Looked at only when somebody may be there: a map is slow to find its first entry after many were moved to its end.
    if (now < this.#keptUntil) return
    this.#keptUntil = now + keptMs
    for (const [id, owner] of this.#owners) {
      if (now - owner.usedAt < keptMs) {
        this.#keptUntil = owner.usedAt + keptMs
        return
      }
      this.#drop(id, owner)
    }
  }

  /** Whoever comes back needs a challenge from after that, and gets it with the refusal. */
  #evictOwner(): void {
    for (const [id, owner] of this.#owners) return this.#drop(id, owner)
  }

  #drop(id: string, owner: Owner): void {
    this.#owners.delete(id)
    this.#instances -= owner.instances.size
    this.#forgotten = Math.max(this.#forgotten, owner.floor)
    for (const { epochAt } of owner.instances.values()) this.#forgotten = Math.max(this.#forgotten, epochAt)
  }

  #evict(owner: Owner): void {
    for (const [name, { epochAt }] of owner.instances) {
      owner.instances.delete(name)
      this.#instances--
      owner.floor = Math.max(owner.floor, epochAt)
      return
    }
  }
}

function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function moveToEnd<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}
