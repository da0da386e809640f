/** A login enrols the key that was made for it, and no other. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { enrolmentMac } from '../../test/rig/key-pair.ts'
import { Signer } from '../../test/rig/signer.ts'
import type { ProofKeyOffer } from '../contract/proof.ts'
import { Secret } from '../kit/secret.ts'
import { makeSeal } from '../kit/seal.ts'
import { enrolKey, readPublicKey } from './enrolment.ts'

const seal = makeSeal(new Secret(randomBytes(32)), 'test')
const sessionKey = randomBytes(64).toString('base64url')
const https = { scheme: 'https', host: 'app.example' } as const
const http = { scheme: 'http', host: '192.0.2.7:8484' } as const
const signer = new Signer()

const enrol = (offer: ProofKeyOffer, more: Partial<Parameters<typeof enrolKey>[1]> = {}) =>
  enrolKey(offer, { sessionKey, site: https, isPlain: false, ...more }, seal)

describe('a key', () => {
  const offer = signer.offer(sessionKey, 'https://app.example')

  it('is enrolled by the login that it came with', () => {
    expect(enrol(offer)).toEqual(signer.row)
    expect(enrol(offer, { site: { ...https, host: 'app.example:443' } })).toEqual(signer.row)
  })

  it('is none of another login, another origin or another key', () => {
    expect(enrol(offer, { sessionKey: randomBytes(64).toString('base64url') })).toBeUndefined()
    expect(enrol(offer, { site: { ...https, host: 'evil.example' } })).toBeUndefined()
    expect(enrol(offer, { site: { ...https, scheme: 'http' } })).toBeUndefined()
    const other = new Signer().offer(sessionKey, 'https://app.example')
    expect(enrol({ ...other, mac: offer.mac })).toBeUndefined()
    expect(enrol({ ...offer, mac: '' })).toBeUndefined()
    expect(enrol(offer, { sessionKey: 'none of base64url' })).toBeUndefined()
  })

  it('is a point of the curve, uncompressed', () => {
    const point = Buffer.from(signer.row.key, 'base64url')
    const bad = [
      Buffer.alloc(65),
      Buffer.concat([Buffer.from([4]), Buffer.alloc(64)]),
      Buffer.concat([point.subarray(0, 64), Buffer.from([(point[64] ?? 0) ^ 1])]),
      Buffer.concat([Buffer.from([2]), point.subarray(1, 33)]),
      point.subarray(0, 64),
      // The hybrid form of ANSI X9.62, and one byte too many.
      Buffer.concat([Buffer.from([6]), point.subarray(1)]),
      Buffer.concat([point, Buffer.alloc(1)]),
    ]
    expect(readPublicKey('none of base64url')).toBeUndefined()
    for (const bytes of bad) {
      const publicKey = bytes.toString('base64url')
      expect(readPublicKey(publicKey)).toBeUndefined()
      const mac = enrolmentMac(sessionKey, 'ecdsa-p256-sha256', 'https://app.example', publicKey)
      expect(enrol({ alg: 'ecdsa-p256-sha256', publicKey, mac })).toBeUndefined()
    }
  })
})

describe('a key that is a secret', () => {
  const mac = enrolmentMac(sessionKey, 'hmac-sha256', 'http://192.0.2.7:8484', '')

  it('is enrolled on plain HTTP alone, and stored sealed', () => {
    const enrolled = enrol({ alg: 'hmac-sha256', mac }, { site: http, isPlain: true })
    expect(enrolled).toMatchObject({ alg: 'hmac-sha256' })
    expect(Buffer.from(seal.unseal(enrolled?.key ?? '') ?? '', 'base64url')).toHaveLength(32)
    const https = enrolmentMac(sessionKey, 'hmac-sha256', 'https://app.example', '')
    expect(enrol({ alg: 'hmac-sha256', mac: https })).toBeUndefined()
  })

  it('is not taken with the MAC of a public one', () => {
    const asPublic = signer.offer(sessionKey, 'http://192.0.2.7:8484')
    expect(enrol({ alg: 'hmac-sha256', mac: asPublic.mac }, { site: http, isPlain: true })).toBeUndefined()
  })
})
