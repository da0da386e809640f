/** What arrives is what was signed: byte by byte where it is held, part by part where it streams. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describePart, type SignedBody } from '../contract/proof.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { Meter } from './meter.ts'
import { compareBytes, readSignedParts } from './signed-body.ts'

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest()
const digestOf = (text: string | Uint8Array): SignedBody => ({ name: 'content-digest', sha256: sha256(text) })

interface FormPart {
  readonly name: string
  readonly filename?: string
  readonly content: string
}

function formOf(parts: readonly FormPart[]): Buffer {
  const escape = (text: string) => text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
  const written = parts.map(({ name, filename, content }) => {
    const file = filename === undefined ? '' : `; filename="${escape(filename)}"`
    return `--b\r\nContent-Disposition: form-data; name="${escape(name)}"${file}\r\n\r\n${content}\r\n`
  })
  return Buffer.from(`${written.join('')}--b--\r\n`)
}

const partsOf = (parts: readonly FormPart[]): SignedBody => ({
  name: 'sekisho-parts',
  sha256: sha256(
    parts
      .map(({ name, filename, content }) => describePart(name, filename, Buffer.byteLength(content)))
      .join(''),
  ),
})

/** Undefined: as signed. */
async function troubleOf(form: Uint8Array, signed: SignedBody | undefined, cut = form.length) {
  const meter = new Meter({ max: 1e6 })
  const source = Readable.from(
    [form.subarray(0, cut), form.subarray(cut)].filter((chunk) => chunk.length > 0),
  )
  const parts = readSignedParts(source.pipe(meter), 'b', signed)
  try {
    for await (const { content } of parts) await buffer(content)
    return undefined
  } catch (thrown) {
    if (thrown instanceof BodyTrouble) return thrown.code
    throw thrown
  }
}

describe('bytes', () => {
  it('are what their digest says, or nothing was signed', () => {
    compareBytes(Buffer.from('{}'), undefined)
    compareBytes(Buffer.from('{}'), digestOf('{}'))
    expect(() => compareBytes(Buffer.from('{} '), digestOf('{}'))).toThrow('proof-body')
    expect(() => compareBytes(Buffer.from('{}'), { ...digestOf('{}'), name: 'sekisho-parts' })).toThrow(
      'proof-body',
    )
  })
})

describe('a form', () => {
  const parts = [
    { name: 'files', filename: '日本 "a".txt'.replaceAll('"', '%22'), content: 'one\r\ntwo' },
    { name: 'note', content: '' },
  ]
  const form = formOf(parts)

  it('is what its parts say, whatever their content', async () => {
    expect(await troubleOf(form, undefined)).toBeUndefined()
    expect(await troubleOf(form, partsOf(parts))).toBeUndefined()
    expect(await troubleOf(form, digestOf(form))).toBeUndefined()
    const [first, second] = parts
    if (first === undefined || second === undefined) return expect.fail('two parts')
    const changed: readonly (readonly FormPart[])[] = [
      [first],
      [second, first],
      [first, second, second],
      [{ ...first, name: 'file' }, second],
      [{ ...first, filename: 'b.txt' }, second],
      [{ name: first.name, content: first.content }, second],
      [{ ...first, content: 'one\r\ntwo!' }, second],
    ]
    for (const other of changed) {
      expect(await troubleOf(formOf(other), partsOf(parts))).toBe('proof-body')
      expect(await troubleOf(formOf(other), digestOf(form))).toBe('proof-body')
    }
    const sameSize = [{ ...first, content: 'ONE\r\nTWO' }, second]
    expect(await troubleOf(formOf(sameSize), partsOf(parts))).toBeUndefined()
    expect(await troubleOf(formOf(sameSize), digestOf(form))).toBe('proof-body')
  })

  it('is signed under the names that stand in it, whatever a backslash means', async () => {
    const named = [{ name: 'files', filename: 'a\\\\b.txt', content: 'x' }]
    expect(await troubleOf(formOf(named), partsOf(named))).toBeUndefined()
    const undone = [{ name: 'files', filename: 'a\\b.txt', content: 'x' }]
    expect(await troubleOf(formOf(named), partsOf(undone))).toBe('proof-body')
  })

  it('is read alike wherever its pieces end', async () => {
    const part = fc.record(
      {
        name: fc.stringMatching(/^[a-z]{1,8}$/),
        filename: fc.stringMatching(/^[a-zあ-ん. ]{1,12}$/),
        content: fc.string({ maxLength: 200 }),
      },
      { requiredKeys: ['name', 'content'] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat(), async (all, place) => {
        const written = formOf(all)
        const cut = place % written.length
        expect(await troubleOf(written, partsOf(all as readonly FormPart[]), cut)).toBeUndefined()
        expect(await troubleOf(written, digestOf(written), cut)).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})
