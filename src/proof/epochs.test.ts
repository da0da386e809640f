/** A challenge is good for five minutes, for one session, in the process that made it. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs, makeEpochs } from './epochs.ts'

const now = 1_900_000_000_000

describe('an epoch', () => {
  const epochs = makeEpochs()
  const epoch = epochs.issue('session', now)

  it('tells when it was issued, for five minutes', () => {
    expect(epochs.read(epoch, 'session', now)).toBe(now)
    expect(epochs.read(epoch, 'session', now + epochMs - 1)).toBe(now)
    expect(epochs.read(epoch, 'session', now + epochMs)).toBeUndefined()
  })

  it('is none of the future, of another session or of another process', () => {
    expect(epochs.read(epoch, 'session', now - 1)).toBeUndefined()
    expect(epochs.read(epoch, 'other', now)).toBeUndefined()
    expect(makeEpochs(randomBytes(32)).read(epoch, 'session', now)).toBeUndefined()
  })

  it('has one spelling, and none that was not issued', () => {
    fc.assert(
      fc.property(fc.nat(epoch.length - 1), fc.constantFrom(...'AZaz09-_.='), (at, letter) => {
        const changed = epoch.slice(0, at) + letter + epoch.slice(at + 1)
        expect(epochs.read(changed, 'session', now)).toBe(changed === epoch ? now : undefined)
      }),
    )
    for (const other of ['', epoch.slice(1), `${epoch}A`, `${epoch}=`])
      expect(epochs.read(other, 'session', now)).toBeUndefined()
  })
})
