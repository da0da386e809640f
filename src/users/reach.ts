/** How people reach the gate, as it said itself when it last started: its command line is known to nobody else. */
import { z } from 'zod'
import type { MetaStore } from '../store/store.ts'

export interface Reach {
  /** What links begin with; absent where the gate can't know. */
  readonly origin?: string
  /** Plain HTTP beyond this machine. */
  readonly insecure: boolean
}

const key = 'reach'
const form = z.strictObject({ origin: z.string().exactOptional(), insecure: z.boolean() })

export function saveReach(meta: MetaStore, reach: Reach): Promise<void> {
  return meta.set(key, JSON.stringify(reach))
}

/** Undefined when no gate has run on this state yet. */
export async function readReach(meta: MetaStore): Promise<Reach | undefined> {
  const text = await meta.get(key)
  return text === undefined ? undefined : form.parse(JSON.parse(text))
}
