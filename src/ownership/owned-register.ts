/** What the ledger knows of files and deep links, as the operator lists and revokes it. Every change is on record. */
import type { Audit } from '../audit/audit.ts'
import type { OwnedRow } from '../store/rows.ts'
import type { OwnedChoice, Store } from '../store/store.ts'
import type { Owner } from './owner.ts'

export interface OwnedRegisterParts {
  readonly store: Pick<Store, 'ownership'>
  readonly audit: Pick<Audit, 'write'>
}

/** What an operator may want to take back; events and uploads are over sooner than anybody could ask. */
export type Revocable = 'file' | 'deep-link'

export class OwnedRegister {
  readonly #parts: OwnedRegisterParts

  constructor(parts: OwnedRegisterParts) {
    this.#parts = parts
  }

  /** The youngest first. */
  list(kind: Revocable, owner: Owner | undefined, most: number): Promise<readonly OwnedRow[]> {
    return this.#parts.store.ownership.list(kind, owner, most)
  }

  /** Answers how many rights ended. First the deed: a log that can't be written keeps no file readable. */
  async revoke(kind: Revocable, choice: OwnedChoice): Promise<number> {
    const { store, audit } = this.#parts
    const count = await store.ownership.revoke(kind, choice)
    if (count === 0) return 0
    await audit.write({
      kind: 'ownership.revoked',
      asker: { principal: 'operator' },
      what: kind,
      count,
      ...(choice.id !== undefined && { object: choice.id }),
      ...(choice.owner !== undefined && { owner: choice.owner }),
    })
    return count
  }
}
