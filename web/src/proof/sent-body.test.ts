/** What is signed of a body is what is sent of it. */
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describePart } from 'sekisho/proof'
import { expect, test } from 'vitest'
import { toBase64 } from './base64.ts'
import { webCrypto } from './proof-crypto.ts'
import { keepBody } from './sent-body.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const field = (bytes: Uint8Array) => `sha-256=:${toBase64(sha256(bytes))}:`

/** As a browser sends it. */
async function sent(content: BodyInit): Promise<Uint8Array> {
  return new Uint8Array(await new Response(content).arrayBuffer())
}

/** Name, file name and size of each part, from the form as it goes over the wire. */
async function partsOf(form: FormData): Promise<string> {
  const response = new Response(form)
  const boundary = /boundary=(.*)$/.exec(response.headers.get('content-type') ?? '')?.[1] ?? ''
  // A character for each byte.
  const wire = Array.from(new Uint8Array(await response.arrayBuffer()), (byte) =>
    String.fromCharCode(byte),
  ).join('')
  return wire
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n')
      const head = new TextDecoder().decode(Uint8Array.from(part.slice(0, end), (c) => c.charCodeAt(0)))
      const name = / name="([^"]*)"/.exec(head)?.[1] ?? ''
      const filename = / filename="([^"]*)"/.exec(head)?.[1]
      return describePart(name, filename, part.length - end - 4 - 2)
    })
    .join('')
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', '\r', '\n', '%', 'é', '関', '\\', 'a', ';') }),
)
test('what only XMLHttpRequest can send is left to it, whichever frame it comes from', () => {
  for (const kind of ['Document', 'HTMLDocument', 'XMLDocument'])
    expect(() => keepBody({ [Symbol.toStringTag]: kind })).toThrow(TypeError)
  expect(keepBody({ toString: () => 'text' })).toMatchObject({ content: 'text' })
})

// Of an empty file name Node sends nothing; browsers do.
const file = fc.option(
  text.filter((name) => name !== ''),
  { nil: undefined },
)
const entry = fc.record({ name: text, value: text, file })

test('a form is described as it is sent, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), async (entries) => {
      const form = new FormData()
      for (const { name, value, file: named } of entries)
        if (named === undefined) form.append(name, value)
        else form.append(name, new Blob([value]), named)
      const body = await keepBody(form)
      expect(await body.cover(webCrypto)).toEqual({
        name: 'sekisho-parts',
        value: field(encode(await partsOf(body.content as FormData))),
      })
      expect([...(body.content as FormData).keys()]).toEqual(entries.map(({ name }) => name.toWellFormed()))
    }),
  )
})

test.each<[string, BodyInit]>([
  ['text', 'é 関所 \n'],
  ['bytes', Uint8Array.of(0, 255, 7)],
  ['a part of a buffer', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
  ['a buffer', Uint8Array.of(9, 8).buffer],
  ['a view', new DataView(Uint8Array.of(5, 6, 7).buffer, 1)],
  ['a blob', new Blob(['x', 'y'], { type: 'text/x' })],
  ['an address’s query', new URLSearchParams({ a: 'b c', é: '&' })],
])('of %s the bytes are signed, and sent as often as needed', async (_, content) => {
  const body = await keepBody(content)
  const expected = await sent(content)
  expect(await body.cover(webCrypto)).toEqual({ name: 'content-digest', value: field(expected) })
  for (let n = 0; n < 2; n++) expect([...(await sent(body.content))]).toEqual([...expected])
  expect(new Response(body.content).headers.get('content-type')).toBe(
    new Response(content).headers.get('content-type'),
  )
})

test('a stream is read to its end, and then sent as often as needed', async () => {
  const stream = new Blob(['one ', 'two']).stream()
  const body = await keepBody(stream)
  expect(await body.cover(webCrypto)).toEqual({ name: 'content-digest', value: field(encode('one two')) })
  for (let n = 0; n < 2; n++) expect([...(await sent(body.content))]).toEqual([...encode('one two')])
})

test('anything else is the text that fetch would make of it', async () => {
  expect((await keepBody({ toString: () => 'made' })).content).toBe('made')
  expect((await keepBody(7)).content).toBe('7')
})

test('nothing is signed of nothing', async () => {
  for (const nothing of ['', new Blob(), new Uint8Array(), new URLSearchParams()])
    expect(await (await keepBody(nothing)).cover(webCrypto)).toBeUndefined()
})

test('what the app changes afterwards is not sent', async () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const query = new URLSearchParams('a=1')
  const form = new FormData()
  form.append('a', '1')
  const kept = await Promise.all([bytes, bytes.buffer, query, form].map(async (one) => keepBody(one)))
  bytes.fill(9)
  query.set('a', '2')
  form.append('b', '2')
  const [first, second, third, fourth] = kept.map(({ content }) => content)
  expect([...(await sent(first ?? ''))]).toEqual([1, 2, 3])
  expect([...(await sent(second ?? ''))]).toEqual([1, 2, 3])
  expect(String(third as URLSearchParams)).toBe('a=1')
  expect([...(fourth as FormData).keys()]).toEqual(['a'])
})
