/** A refusal that asks for the password: who hears of it, what is sent again, and what the app gets. */
import { writeStepUp } from 'sekisho/proof'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { afterStepUp, stepUpEvent, type StepUpEnd, type StepUpRequest } from './after-step-up.ts'

const { signal } = new AbortController()
const target = new EventTarget()
const asked: StepUpRequest[] = []

/** Takes what is asked and ends it so. */
function answerWith(...ends: readonly StepUpEnd[]): void {
  const listen = (event: Event) => {
    event.preventDefault()
    const { detail } = event as CustomEvent<StepUpRequest>
    const end = ends[asked.push(detail) - 1]
    if (end !== undefined) detail.settle(end)
  }
  target.addEventListener(stepUpEvent, listen, { signal: listening.signal })
}

let listening: AbortController
beforeEach(() => {
  asked.length = 0
  listening = new AbortController()
  const view = { dispatchEvent: (event: Event) => target.dispatchEvent(event) }
  vi.stubGlobal('window', Object.assign(view, { parent: view }))
})
afterEach(() => {
  listening.abort()
  vi.unstubAllGlobals()
})

const refusal = (what: 'age' | 'call', ticket = 't') =>
  new Response('no', { status: 403, headers: { 'sekisho-step-up': writeStepUp({ what, ticket }) } })

function repeater(...answers: readonly Response[]) {
  const sent: object[] = []
  const repeat = (more: object) => {
    const answer = answers[sent.push(more) - 1]
    return answer === undefined ? Promise.reject(new TypeError('Sent too often.')) : Promise.resolve(answer)
  }
  return { sent, repeat }
}

test('a call that was confirmed is sent again with its code', async () => {
  answerWith({ kind: 'given', code: 'c' })
  const { sent, repeat } = repeater(new Response('done'))
  const answer = await afterStepUp(refusal('call', 'ticket-1'), repeat, signal)
  expect([await answer.text(), sent]).toEqual(['done', [{ 'sekisho-confirmation': 'c' }]])
  expect(asked).toMatchObject([{ what: 'call', ticket: 'ticket-1', signal, view: window }])
})

test('what waited for a new password is sent again as it was', async () => {
  answerWith({ kind: 'given' })
  const { sent, repeat } = repeater(new Response('done'))
  expect(await (await afterStepUp(refusal('age'), repeat, signal)).text()).toBe('done')
  expect(sent).toEqual([{}])
})

test('whoever took too long is asked anew', async () => {
  answerWith({ kind: 'given', code: '1' }, { kind: 'given', code: '2' })
  const { repeat } = repeater(refusal('call', 'ticket-2'), new Response('done'))
  expect(await (await afterStepUp(refusal('call'), repeat, signal)).text()).toBe('done')
  expect(asked.map(({ ticket }) => ticket)).toEqual(['t', 'ticket-2'])
})

test('what is declined, and what nobody hears, is the app’s refusal with its words', async () => {
  const { sent, repeat } = repeater()
  expect(await (await afterStepUp(refusal('call'), repeat, signal)).text()).toBe('no')
  answerWith({ kind: 'declined' })
  expect(await (await afterStepUp(refusal('call'), repeat, signal)).text()).toBe('no')
  expect(sent).toEqual([])
})

test('every other answer goes by', async () => {
  answerWith({ kind: 'given' })
  const { repeat } = repeater()
  const field = { 'sekisho-step-up': '"t";for=age' }
  for (const answer of [
    new Response('ok'),
    new Response('ok', { headers: field }),
    new Response('no', { status: 403 }),
    new Response('no', { status: 403, headers: { 'sekisho-step-up': 'nonsense' } }),
  ])
    expect(await afterStepUp(answer, repeat, signal)).toBe(answer)
  expect(asked).toEqual([])
})
