/** What real components of Gradio take is taken here, and what they refuse of choices and limits is refused here. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { Pool } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { setUpGradio } from '../../scripts/setup-gradio.ts'
import { startTestApp, type GradioApp } from '../../test/rig/test-app.ts'
import type { Slot } from '../app/model.ts'
import { readModel } from '../app/read-model.ts'
import type { Json } from '../kit/json.ts'
import { judgeBounds } from './bounds.ts'
import { sampleFile } from './sample-file.contract.ts'
import { judgeShape } from './shape.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let app: GradioApp
const slots = new Map<string, Slot>()
beforeAll(async () => {
  app = await startTestApp('every')
  const client = new Pool(app.url)
  const { model } = await readModel({ client, patience: 30_000 }, '')
  await client.close()
  for (const slot of model.byName.get('queued')?.inputs ?? []) slots.set(String(slot.props['label']), slot)
})
afterAll(() => app.stop())

interface Case {
  readonly label: string
  readonly value: Json
}

/** What the real components say of each, by a Python process that has them. */
async function askGradio(cases: readonly Case[]): Promise<readonly { taken: boolean; why?: string }[]> {
  const { python, env } = await setUpGradio('rig')
  const script = path.resolve(import.meta.dirname, '../../test/rig/preprocess.py')
  const child = spawn(python, [script], {
    env: { PATH: process.env['PATH'], ...env, GRADIO_TEMP_DIR: app.temporary },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  child.stdin.end(cases.map((one) => `${JSON.stringify(one)}\n`).join(''))
  const answers: { taken: boolean; why?: string }[] = []
  for await (const line of createInterface({ input: child.stdout }))
    answers.push(JSON.parse(line) as { taken: boolean; why?: string })
  await closed
  expect(answers).toHaveLength(cases.length)
  return answers
}

function slotOf(label: string): Slot {
  const slot = slots.get(label)
  if (slot === undefined) throw new TypeError(`no component ${label}`)
  return slot
}

function isTaken({ label, value }: Case): boolean {
  const slot = slotOf(label)
  return judgeShape(value, slot) === undefined && judgeBounds(value, slot) === undefined
}

function brief({ label, value }: Case): string {
  return `${label}: ${JSON.stringify(value).slice(0, 100)}`
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
// Python takes True for 1; no page sends it so.
const scalar = fc.oneof(text, fc.integer({ min: -50, max: 50 }))
const number = fc.oneof(
  fc.integer({ min: -20, max: 60 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const file = fc.constant('a.txt').map((name) => sampleFile(path.join(app.temporary, name)))
const picked = (choices: readonly Json[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...choices) }, scalar)
const colours = ['red', 'green', 'blue']
const optional = (arbitrary: fc.Arbitrary<unknown>) => fc.option(arbitrary, { freq: 6 })
const frame = fc.record({
  headers: fc.constant(['n', 's']),
  data: fc.array(fc.tuple(optional(number), optional(text))),
  metadata: fc.constantFrom(null, { display_value: [['1']], styling: null }),
})

/** What a page or a client may send to each component: of the right kind, not always within its bounds. */
const sendable: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  text: () => optional(text),
  'short text': () => optional(fc.string({ maxLength: 8 })),
  number: () => optional(number),
  'bounded number': () => optional(number),
  'whole number': () => optional(fc.integer()),
  slider: () => number,
  checkbox: () => optional(fc.boolean()),
  'checkbox group': () => fc.array(picked(colours), { maxLength: 4 }),
  radio: () => optional(picked(colours)),
  'radio of numbers': () => optional(picked([1, 2.5, 40])),
  dropdown: () => optional(picked(colours)),
  'dropdown of numbers': () => optional(picked([1, 2.5, 40])),
  'dropdown of several': () => optional(fc.array(picked(colours), { maxLength: 4 })),
  'dropdown with own value': () => optional(text),
  colour: () => optional(fc.constantFrom('#ff0000', 'rgba(1, 2, 3, 0.5)')),
  date: () => optional(fc.constantFrom('2026-01-01 00:00:00', '', 'now', 'now - 5m')),
  code: () => optional(text),
  json: () => fc.jsonValue(),
  dataframe: () => frame,
  'empty dataframe': () => frame,
  'highlighted text': () =>
    optional(fc.array(fc.record({ token: text, class_or_confidence: optional(fc.oneof(text, number)) }))),
  label: () =>
    optional(
      fc.record({
        label: optional(fc.oneof(text, number)),
        confidences: optional(fc.array(fc.record({ label: text, confidence: optional(number) }))),
      }),
    ),
  html: () => optional(text),
  markdown: () => optional(text),
  chatbot: () =>
    optional(
      fc.array(
        fc.record({
          role: fc.constantFrom('user', 'assistant'),
          metadata: fc.constantFrom(null, { title: 't' }),
          content: fc.array(
            fc.oneof(
              fc.record({ text, type: fc.constant('text') }),
              fc.record({ file, alt_text: optional(text), type: fc.constant('file') }),
            ),
          ),
          options: fc.constant(null),
        }),
      ),
    ),
  multimodal: () => optional(fc.record({ text, files: fc.array(file, { maxLength: 2 }) })),
  file: () => optional(fc.oneof(file, fc.tuple(file))),
  files: () => optional(fc.array(file, { minLength: 1, maxLength: 3 })),
  'upload button': () => optional(file),
  model: () => optional(file),
  explorer: () => optional(fc.array(fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 2 }))),
  dataset: () => optional(fc.constantFrom(0, 1)),
  plot: () => optional(fc.record({ type: fc.constantFrom('plotly', 'altair'), plot: text })),
  'bar plot': () => fc.jsonValue(),
  dialogue: () => fc.oneof(text, fc.array(fc.record({ speaker: fc.constantFrom('A', 'B'), text }))),
  gallery: () => fc.array(fc.record({ video: file, caption: optional(text) }), { maxLength: 2 }),
}

test('every component whose values can be made here is asked', () => {
  const media = [
    'image',
    'image editor',
    'image slider',
    'video',
    'audio',
    'annotated image',
    'download button',
  ]
  const fixed = ['read-only text', 'read-only number', 'read-only nothing']
  const asked = [...Object.keys(sendable), ...media, ...fixed]
  const labels = [...slots.keys()].filter((label) => !/^(?:null|undefined)$/.test(label))
  expect(labels.filter((label) => !asked.includes(label))).toEqual([])
})

test('what the components take is taken, and choices and limits agree', async () => {
  const runs = Number(process.env['INPUT_CASES'] ?? 60)
  writeFileSync(path.join(app.temporary, 'a.txt'), 'a')
  const cases = Object.entries(sendable).flatMap(([label, make]) =>
    fc.sample(make(), { numRuns: runs, seed: 20_261_122 }).map((value) => ({ label, value: value as Json })),
  )
  const answers = await askGradio(cases)
  const wrongly = cases.filter((one, index) => answers[index]?.taken === true && !isTaken(one))
  expect(wrongly.map(brief)).toEqual([])

  const bounded = /^(?:bounded number|slider|checkbox group|radio.*|dropdown|dropdown of .*)$/
  const missed = cases.filter(
    (one, index) => bounded.test(one.label) && answers[index]?.taken === false && isTaken(one),
  )
  expect(missed.map(brief)).toEqual([])
  const refused = cases.filter((one) => bounded.test(one.label) && !isTaken(one))
  expect(refused.length).toBeGreaterThan(runs)
})

test('what a component declares as its value is taken back', () => {
  for (const slot of slots.values()) {
    expect([slot.type, judgeShape(slot.props['value'] ?? null, slot)]).toEqual([slot.type, undefined])
    expect([slot.type, judgeBounds(slot.props['value'] ?? null, slot)]).toEqual([slot.type, undefined])
  }
})
