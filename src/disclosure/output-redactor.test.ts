/** However an output grows and wherever a secret is cut, no part of it is shown, and the end is the redacted whole. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../kit/json.ts'
import { EventRedactor } from './event-redactor.ts'
import { redactSecrets } from './secrets.ts'
import { applyStep, readSteps } from '../answers/value-diff.ts'

const github = `ghp_${'aB3'.repeat(12)}`
const aws = 'AKIAIOSFODNN7EXAMPLE'.replace('7', 'Q')
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQ'.repeat(20)}\n-----END PRIVATE KEY-----`
const address = 'postgres://app:hunter2@db.internal/main'

/** What a client of Gradio holds after these messages (@gradio/client, apply_diff_stream). */
class Client {
  held: Json = null
  #first = true

  take(data: Json): void {
    if (this.#first) {
      this.held = data
      this.#first = false
      return
    }
    for (const step of readSteps(data) ?? []) this.held = applyStep(this.held, step) ?? null
  }
}

function stream(pieces: readonly string[], nest: (text: string) => Json = (text) => text, path: Json = []) {
  const redactor = new EventRedactor()
  const client = new Client()
  const seen: string[] = []
  let untouched = true
  pieces.forEach((piece, place) => {
    const data = [place === 0 ? nest(piece) : [['append', path, piece]]]
    const message = { msg: 'process_generating', event_id: 'e', output: { data } } as JsonObject
    const { message: changed } = redactor.take(message)
    untouched &&= changed === undefined
    const output = (changed ?? message)['output'] as { data: readonly Json[] }
    client.take(output.data[0] ?? null)
    seen.push(JSON.stringify(client.held))
  })
  return { seen, untouched, held: client.held }
}

const words = fc.lorem({ maxCount: 6 })
const secrets = fc.constantFrom(github, aws, pem, address)
const text = fc
  .array(fc.oneof(words, secrets), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(' '))
const cutText = fc.tuple(text, fc.array(fc.nat(), { maxLength: 20 })).map(([whole, cuts]) => {
  const edges = [0, ...cuts.map((cut) => cut % whole.length).sort((a, b) => a - b), whole.length]
  return { whole, pieces: edges.slice(1).map((edge, place) => whole.slice(edges[place], edge)) }
})

/** More than a prefix that everybody knows. */
const telling = [github.slice(0, 12), aws.slice(0, 12), 'MIIEvQ', 'hunter2']

describe('an output that grows', () => {
  it('never shows more of a secret than its public prefix', () => {
    fc.assert(
      fc.property(cutText, ({ pieces }) => {
        for (const held of stream(pieces).seen) for (const part of telling) expect(held).not.toContain(part)
      }),
      { numRuns: 500 },
    )
  })

  it('shows a beginning of the redacted whole', () => {
    fc.assert(
      fc.property(cutText, ({ whole, pieces }) => {
        const { held } = stream(pieces)
        expect(redactSecrets(whole).text.startsWith(String(held))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('is as careful in a word that never ends', () => {
    const token = `eyJ${'hbGciOiJ'.repeat(200)}.eyJ${'zdWIiOiI'.repeat(500)}.${'c2lnbmVk'.repeat(10)}`
    const whole = [github, token, aws].map((secret) => `${'x"'.repeat(5_000)},"${secret}",`).join('')
    const pieces = Array.from({ length: Math.ceil(whole.length / 97) }, (_, at) =>
      whole.slice(at * 97, at * 97 + 97),
    )
    const { seen } = stream(pieces)
    for (const part of [...telling, 'hbGciOiJhb', 'zdWIiOiIz'])
      expect(seen.findIndex((held) => held.includes(part))).toBe(-1)
    // And is not held back for ever.
    expect(seen.at(-1)?.length).toBeGreaterThan(25_000)
  })

  it('is as careful inside a chat message', () => {
    const nest = (content: string): Json => [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content },
    ]
    fc.assert(
      fc.property(cutText, ({ pieces }) => {
        for (const held of stream(pieces, nest, [1, 'content']).seen)
          for (const part of telling) expect(held).not.toContain(part)
      }),
    )
  })

  it('passes as it came while there is nothing like a secret in it', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 10 }), (sentences) => {
        // Words that run into each other may begin like a key: quasi + aliquam.
        const pieces = sentences.map((one) => `${one} `)
        expect(stream(pieces).untouched).toBe(true)
      }),
    )
  })

  it('shows nothing more until the whole comes when a step does not fit', () => {
    const redactor = new EventRedactor()
    const generate = (data: Json) =>
      redactor.take({ msg: 'process_generating', event_id: 'e', output: { data: [data] } }).message
    expect(generate('abc')).toBeUndefined()
    expect(generate([['append', ['nowhere'], 'x']])).toMatchObject({ output: { data: [[]] } })
    expect(generate([['append', [], github]])).toMatchObject({ output: { data: [[]] } })
    const last = redactor.take({ msg: 'process_completed', event_id: 'e', output: { data: [github] } })
    expect(last).toEqual({
      message: { msg: 'process_completed', event_id: 'e', output: { data: ['[withheld]'] } },
      kinds: ['GitHub token'],
    })
  })
})
