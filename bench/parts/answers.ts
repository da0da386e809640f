/** What it costs to look at an app's answers: secrets taken out, HTML cleaned, by the answer and by the streamed megabyte. */
import { EventInspection } from '../../src/answers/inspect-events.ts'
import type { LargePass } from '../../src/answers/large-pass.ts'
import { TapChain } from '../../src/answers/show-taps.ts'
import type { Tap } from '../../src/answers/tap.ts'
import { defaults } from '../../src/config/defaults.ts'
import { makeDisclosureTap } from '../../src/disclosure/disclosure.ts'
import { makeHtmlTap } from '../../src/html/html-tap.ts'
import { endpoint, slot } from '../../src/inputs/sample.contract.ts'
import type { Costs } from '../costs.ts'

const secret = `ghp_${'aB3'.repeat(12)}`
const words = 'The harbour is quiet at this hour, and the boats lie still. '
const row = '<tr class="r"><td style="color: red">bread</td><td><a href="/wine">wine</a></td></tr>\n'
const { answers } = defaults

const redacts = (kind: 'json' | 'events') => (): Tap =>
  makeDisclosureTap(kind, {
    rules: answers,
    endpointOf: async () => 'talk',
    note: () => undefined,
    random: () => new Uint8Array(8),
  })

const board = endpoint({ inputs: {}, outputs: [slot('html')] })

const cleans = (kind: 'answer' | 'events') => (): Tap =>
  makeHtmlTap(kind, {
    rules: { all: { ...answers.all, html: 'sanitize' }, endpoints: {} },
    origin: 'http://127.0.0.1:8484',
    endpointOf: async () => board,
  })

export async function measureAnswers(costs: Costs): Promise<void> {
  const table = JSON.stringify(Array.from({ length: 3_000 }, (_, i) => [i, `row ${String(i)}`, words]))
  for (const [what, text, count] of [
    ['a sentence', JSON.stringify(words), 20_000],
    ['a sentence with a secret', JSON.stringify(words + secret), 5_000],
    ['a table of 3,000 rows', table, 50],
    ['a table of 3,000 rows with a secret', table.replace('row 1500', secret), 10],
  ] as const)
    await whole(costs, `redact ${what}`, { text, count, tap: redacts('json') })
  for (const [what, rows, count] of [
    ['one row of HTML', 1, 2_000],
    ['1,000 rows of HTML', 1_000, 5],
  ] as const)
    await whole(costs, `clean ${what}`, {
      text: JSON.stringify(row.repeat(rows)),
      count,
      tap: cleans('answer'),
    })

  const text = Array.from({ length: 5_000 }, () => words.slice(0, 20))
  await streamed(costs, 'redact text streamed by twenty characters', { pieces: text, tap: redacts('events') })
  const holding = text.with(2_500, ` ${secret} `)
  await streamed(costs, '… with a secret in the middle', { pieces: holding, tap: redacts('events') })
  const html = Array.from({ length: 500 }, () => row)
  await streamed(costs, 'clean HTML streamed by one row', { pieces: html, tap: cleans('events') })
  await flowing(costs)
}

interface Whole {
  readonly text: string
  readonly count: number
  readonly tap: () => Tap
}

/** As /run answers it. */
async function whole(costs: Costs, what: string, { text, count, tap }: Whole): Promise<void> {
  const answer = `{"data":[${text}],"is_generating":false,"duration":0.01}`
  const bytes = Buffer.from(answer)
  const chain = new TapChain([tap()])
  await costs.perMegabyte(what, { bytes: bytes.length, count }, () =>
    chain.wants(bytes) ? chain.show(bytes.toString('utf8')) : undefined,
  )
}

interface Streamed {
  readonly pieces: readonly string[]
  readonly tap: () => Tap
}

/** As queue/data brings it: the first value whole, then what was appended, then the whole again. */
async function streamed(costs: Costs, what: string, { pieces, tap }: Streamed): Promise<void> {
  const message = (msg: string, data: unknown) =>
    Buffer.from(
      `data: ${JSON.stringify({ msg, event_id: 'e', output: { data: [data], is_generating: true } })}\n\n`,
    )
  const messages = [
    ...pieces.map((piece, at) => message('process_generating', at === 0 ? piece : [['append', [], piece]])),
    message('process_completed', pieces.join('')),
  ]
  const bytes = messages.reduce((sum, { length }) => sum + length, 0)
  await costs.perMegabyte(`${what}, ${String(messages.length)} messages`, { bytes, count: 1 }, async () => {
    const inspection = new EventInspection(new TapChain([tap()]), () => undefined)
    for (const one of messages) {
      const done = inspection.push(one)
      if (done instanceof Promise) await done
    }
  })
}

/** What is too large to be held, in pieces of the size that a socket gives. */
async function flowing(costs: Costs): Promise<void> {
  const chunk = Buffer.from(JSON.stringify(words).repeat(1_000))
  const chunks = 500
  for (const [what, one] of [
    ['redact what is too large to be held', chunk],
    ['… with a secret in each 60 kB', Buffer.concat([chunk, Buffer.from(JSON.stringify(secret))])],
  ] as const)
    await costs.perMegabyte(what, { bytes: one.length * chunks, count: 1 }, async () => {
      const pass = await new TapChain([redacts('json')()]).openLarge('{"data":["')
      if (pass === undefined) throw new Error('The large answer of the benchmark is refused.')
      passAll(pass, one, chunks)
    })
}

function passAll(pass: LargePass, chunk: Buffer, chunks: number): void {
  for (let at = 0; at < chunks; at++) pass.push(chunk)
  pass.end()
}
