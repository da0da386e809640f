/** Permitted → Validated: are the inputs what the endpoint declares and the operator allows? */
import { knowsValidators } from '../app/knows-validators.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Permitted, Resolved, Sound, Validated } from '../request.ts'

export interface ValidateParts {
  readonly inputs: Pick<Inputs, 'judge'>
}

export function validate(request: Permitted, parts: ValidateParts): Validated | Refusal {
  return findFlaw(request, parts) ?? { ...request, sound: sound() }
}

/** What is no call of a function has no inputs. */
export function findFlaw({ target }: Resolved, { inputs }: ValidateParts): Refusal | undefined {
  const { call, session, model } = target
  const flaw = call === undefined ? undefined : inputs.judge(call, session?.upstream)
  if (call === undefined || flaw === undefined) return undefined
  const { why, label, slot, shape } = flaw
  return {
    // The label is the app's own; the value may be anything, a password too, and is told by its shape.
    ...refuse('input-invalid', { endpoint: call.endpoint.name, input: label, why, shape }),
    input: label,
    ...(model !== undefined && knowsValidators(model.gradio) && { inputAt: slot }),
  }
}

/** Made here only, when nothing was wrong. */
function sound(): Sound {
  return true as const as unknown as Sound
}
