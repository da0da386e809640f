import { describe, expect, test } from 'vitest'
import { makeInputs } from '../inputs/inputs.ts'
import { endpoint, modelOf, slot } from '../inputs/sample.contract.ts'
import { makeSentValues } from '../inputs/sent-values.ts'
import type { Json } from '../kit/json.ts'
import { isRefusal } from '../refusals.ts'
import type { Call, Permitted } from '../request.ts'
import { validate } from './validate.ts'

const lookup = endpoint({ inputs: { n: slot('number', { label: 'How many', maximum: 5 }) } })
const inputs = makeInputs({ rules: [], model: () => modelOf(lookup), sent: makeSentValues() })

/** As much of a permitted request as the step looks at. */
function asking(data?: readonly Json[], gradio = '6.31.0'): Permitted {
  const call: Call | undefined = data && { endpoint: lookup, data, arguments: {} }
  const resource = { kind: 'app' } as const
  const model = { ...modelOf(lookup), gradio }
  return { target: { resource, files: [], model, ...(call && { call }) } } as unknown as Permitted
}

describe('the step validate', () => {
  test('lets pass what is no call, and a call whose inputs are sound', () => {
    for (const request of [asking(), asking([5])]) {
      const outcome = validate(request, { inputs })
      expect(!isRefusal(outcome) && outcome.sound).toBe(true)
    }
  })

  test('refuses with the label for the asker and the shape for the log', () => {
    expect(validate(asking(['top secret']), { inputs })).toEqual({
      kind: 'refusal',
      code: 'input-invalid',
      because: { endpoint: 'lookup', input: 'How many', why: 'type', shape: 'text of 10' },
      input: 'How many',
      inputAt: 0,
    })
  })

  test.each([
    ['6.0.2', true],
    ['5.45.0', true],
    ['5.44.1', false],
    ['4.44.1', false],
    ['', false],
  ])('tells the place only to a page that shows it there: Gradio %s', (gradio, shows) => {
    const outcome = validate(asking(['x'], gradio), { inputs })
    expect(isRefusal(outcome) && outcome.inputAt === 0).toBe(shows)
    expect(isRefusal(outcome) && outcome.input).toBe('How many')
  })
})
