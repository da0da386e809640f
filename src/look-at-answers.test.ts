/** What looks at an answer goes by the function that was called, also when the app has changed since. */
import { expect, it } from 'vitest'
import { makeMessage } from './answers/show-taps.ts'
import { defaults } from './config/defaults.ts'
import { makeTapsFor, type AnswerParts } from './look-at-answers.ts'
import type { Validated } from './request.ts'
import { sampleConfig, sampleModel, type SampleFunction } from './views/sample-app.contract.ts'

const [pass, sanitize] = [defaults.answers.all, { ...defaults.answers.all, html: 'sanitize' as const }]
const functions: readonly SampleFunction[] = [{ id: 0, name: 'plain', targets: [[1, 'click']], outputs: [2] }]
const nodes = [
  { id: 1, type: 'button' },
  { id: 2, type: 'html' },
]
const model = sampleModel(sampleConfig([{ path: '', nodes, functions }]))

/** The result of a call of the function that had this name and the first id. */
async function show(endpointName: string, text: string): Promise<string> {
  const parts = {
    app: { base: '', model },
    rules: { all: pass, endpoints: { board: sanitize } },
  } as unknown as AnswerParts
  const request = {
    entry: { id: 'call.result' },
    principal: { kind: 'guest', session: { id: 's' } },
    site: { scheme: 'http', host: 'here.example' },
    target: { owner: 'guest:s', event: { id: 'e', owner: 'guest:s', endpoint: 0, endpointName } },
  } as unknown as Validated
  let shown = text
  for (const tap of makeTapsFor(parts)(request, { status: 200, headers: {} }))
    shown = (await tap.take(makeMessage(shown))) ?? shown
  return shown
}

it('what was called before a reload is cleaned, whatever has its number now', async () => {
  const html = JSON.stringify(['<b onclick="x">x</b>'])
  expect(await show('plain', html)).toBe(html)
  expect(await show('board', html)).toBe(JSON.stringify(['<b>x</b>']))
})
