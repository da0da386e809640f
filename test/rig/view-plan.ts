/** What a real app declares, and what a kind of askers is shown of it. */
import { Pool } from 'undici'
import type { AppModel } from '../../src/app/model.ts'
import { readModel } from '../../src/app/read-model.ts'
import { planView, type ViewPlan } from '../../src/views/plan.ts'
import type { Visibility } from '../../src/views/visibility.ts'

export async function modelOf(upstream: string): Promise<AppModel> {
  const client = new Pool(upstream)
  const { model } = await readModel({ client, patience: 20_000 }, '')
  await client.destroy()
  return model
}

export function planFor(model: AppModel, visibility: Visibility): ViewPlan {
  const plan = planView(model, visibility)
  if (plan === undefined) throw new TypeError('no plan')
  return plan
}
