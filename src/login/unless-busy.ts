/** Too much work at once for the login engine is a refusal, since it passes by itself; any other fault stays one. */
import { GateFault } from '../kit/fault.ts'
import { refuse, type Refusal } from '../refusals.ts'

export async function unlessBusy<T>(work: Promise<T>): Promise<T | Refusal> {
  try {
    return await work
  } catch (fault) {
    if (fault instanceof GateFault && fault.code === 'login-busy') return refuse('login-busy', {}, 2)
    throw fault
  }
}
