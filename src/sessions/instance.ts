/** The instance: one installation's name in cookies and in OPAQUE's identities, so that two never mix. */
import { GateFault } from '../kit/fault.ts'
import { randomName } from '../kit/random.ts'
import type { MetaStore } from '../store/store.ts'

/** Eight letters and digits, chosen at the first call and kept. */
export async function readInstance(meta: MetaStore): Promise<string> {
  const instance = await meta.getOrSet('instance', randomName(8))
  if (/^[a-z0-9]{8}$/.test(instance)) return instance
  throw new GateFault('store-unusable', 'The database holds a damaged instance name.')
}
