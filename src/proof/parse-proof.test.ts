/** Only what a client of the profile writes is read; whatever else RFC 9421 allows is refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestField, signatureParameters, type CoveredBody } from '../contract/proof.ts'
import { parseProof } from './parse-proof.ts'

const said = {
  created: 1_900_000_000,
  epoch: 'A'.repeat(30),
  instance: 'abcdefghijklmnop',
  counter: 7,
  keyid: 'k'.repeat(43),
}
const digest = digestField(`${'A'.repeat(43)}=`)
const parameters = signatureParameters(undefined, said)
const signature = `sekisho=:${Buffer.alloc(64, 1).toString('base64')}:`
const good = { 'signature-input': `sekisho=${parameters}`, signature }

describe('the fields of a signed request', () => {
  it('are read as they were written', () => {
    const { counter, ...others } = said
    expect(parseProof(good)).toEqual({
      kind: 'claimed',
      proof: { ...others, counter, parameters, signature: Buffer.alloc(64, 1) },
    })
    expect(parseProof({})).toEqual({ kind: 'none' })
  })

  it.each<CoveredBody>(['content-digest', 'sekisho-parts'])('name %s as what speaks for the body', (name) => {
    const covering = signatureParameters(name, said)
    const headers = { ...good, 'signature-input': `sekisho=${covering}`, [name]: digest }
    expect(parseProof(headers)).toMatchObject({
      proof: { parameters: covering, covered: { name, value: digest, sha256: Buffer.alloc(32) } },
    })
    expect(parseProof({ ...headers, [name]: undefined as never })).toEqual({ kind: 'malformed', field: name })
  })

  it.each([
    ['half of them: no input', { signature }, 'signature-input'],
    ['half of them: no signature', { 'signature-input': good['signature-input'] }, 'signature'],
    ['two signatures', { ...good, signature: `${signature}, sig1=:AAAA:` }, 'signature'],
    ['two inputs', { ...good, 'signature-input': `${good['signature-input']}, sig1=()` }, 'signature-input'],
    ['another label', { ...good, 'signature-input': `sig1=${parameters}` }, 'signature-input'],
    ['bytes in a second spelling', { ...good, signature: 'sekisho=:AB==:' }, 'signature'],
    ['base64url', { ...good, signature: 'sekisho=:__8=:' }, 'signature'],
  ])('are refused as %s', (_, headers, field) => {
    expect(parseProof(headers)).toEqual({ kind: 'malformed', field })
  })

  it.each([
    ['sha-512=:AAAA:'],
    [`${digest}, sha-512=:AAAA:`],
    [digest.toUpperCase()],
    [digestField(`${'A'.repeat(42)}B=`)],
    [`sha-256=${'A'.repeat(43)}=`],
  ])('are refused with the digest %s', (value) => {
    const input = `sekisho=${signatureParameters('content-digest', said)}`
    const headers = { ...good, 'signature-input': input, 'content-digest': value }
    expect(parseProof(headers)).toEqual({ kind: 'malformed', field: 'content-digest' })
  })

  it.each([
    ['another order of components', '("@target-uri" "@method")'],
    ['fewer components', '("@method")'],
    ['more components', '("@method" "@target-uri" "date")'],
    ['a component with a parameter', '("@method";req "@target-uri")'],
    ['two blanks', '("@method"  "@target-uri")'],
  ])('are refused with %s', (_, components) => {
    const input = good['signature-input'].replace('("@method" "@target-uri")', components)
    expect(parseProof({ ...good, 'signature-input': input })).toMatchObject({ kind: 'malformed' })
  })

  it.each([
    [';alg="ecdsa-p256-sha256"', ';alg="ecdsa-p256-sha256";tag='],
    ['a counter of zero', '.0"'],
    ['a counter with a zero before it', '.07"'],
    ['a counter that no number holds', '.9999999999999999"'],
    ['a negative counter', '.-7"'],
  ])('are refused with %s', (_, put) => {
    const input = put.startsWith(';')
      ? good['signature-input'].replace(';tag=', put)
      : good['signature-input'].replace('.7"', put)
    expect(input).not.toBe(good['signature-input'])
    expect(parseProof({ ...good, 'signature-input': input })).toMatchObject({ kind: 'malformed' })
  })

  it('never mean the same in two spellings', () => {
    const input = good['signature-input']
    fc.assert(
      fc.property(fc.nat(input.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        const changed = input.slice(0, at) + put + input.slice(at + 1)
        const read = parseProof({ ...good, 'signature-input': changed })
        if (read.kind !== 'claimed') return
        // What was read says it all: written again, it is what came.
        expect(`sekisho=${signatureParameters(undefined, read.proof)}`).toBe(changed)
      }),
      { numRuns: 2000 },
    )
  })
})
