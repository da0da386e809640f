/**
 * Random conversations of honest browsers and of an attacker who sees, keeps, changes and repeats every message, has copies of all cookies
 * and an account of its own, with the real login and the real proof. `npm run model` runs many more (docs/model-check.md).
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeEpochs } from '../../src/proof/epochs.ts'
import { mostInstances, Windows } from '../../src/proof/windows.ts'
import { LoginRig } from '../rig/login-rig.ts'
import type { Planted } from './gate-steps.ts'
import { refusalsOf, runModel } from './run-model.ts'

let rigs: Awaited<ReturnType<typeof LoginRig.open>>
beforeAll(async () => {
  rigs = await LoginRig.open()
})
afterAll(() => rigs.close())

const make = () => rigs.make()

describe('login and proof', () => {
  it('let nothing be done but what somebody with the password and the key asked for, once', async () => {
    const { tally, broken } = await runModel({ runs: 50, steps: 50, seed: 1 }, make)
    expect(broken).toBeUndefined()
    const codes = refusalsOf(tally).map(([code]) => code)
    // What never happened was not tried.
    expect(codes).toEqual(
      expect.arrayContaining([
        ...['proof-missing', 'proof-malformed', 'proof-key', 'proof-stale', 'proof-time'],
        ...['proof-signature', 'proof-replayed', 'proof-body', 'login-failed'],
      ]),
    )
    expect(tally.done).toBeGreaterThan(500)
    expect(tally.hostile).toBeGreaterThan(500)
  }, 240_000)
})

describe('a run that is smaller than the one that is published', () => {
  it('is printed only', async () => {
    const page = join(import.meta.dirname, '../../docs/model-check.md')
    const before = await readFile(page, 'utf8')
    const script = join(import.meta.dirname, 'model-check.ts')
    const args = [script, '--runs', '2', '--steps', '3', '--seed', '77']
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(stdout).toContain('2 conversations of up to 3 steps (seed 77): no rule was broken')
    expect(await readFile(page, 'utf8')).toBe(before)
  })
})

/** Parts that are weak in one way each, put in the place of ours. */
const weak: readonly (readonly [what: string, plant: () => Planted])[] = [
  ['forgets which counters were used', () => ({ windows: { take: () => 'fresh' } })],
  ['takes any signature', () => ({ parts: () => ({ verifySignature: () => true }) })],
  [
    'takes a signature for one function as one for another',
    () => ({
      parts: ({ verifySignature }) => ({
        verifySignature: (key, base, signature) =>
          verifySignature(key, base, signature) ||
          verifySignature(key, base.replace('/run/remove', '/run/submit'), signature),
      }),
    }),
  ],
  [
    'takes epochs of any age',
    () => ({
      parts: ({ epochs, clock }) => ({
        epochs: {
          issue: (owner, now) => epochs.issue(owner, now),
          read: (epoch, owner, now) =>
            epochs.read(epoch, owner, now) ?? (/^[\w-]{30}$/.test(epoch) ? clock.now() : undefined),
        },
      }),
    }),
  ],
  ['takes any body', () => ({ anyBody: true })],
  [
    'takes epochs of before it was started anew',
    () => {
      const epochs = makeEpochs(Buffer.alloc(32))
      return { parts: () => ({ epochs }) }
    },
  ],
  [
    'counts anew under each challenge',
    () => {
      const windows = new Map<number, Windows>()
      const take: Windows['take'] = (use, now) => {
        const found = windows.get(use.epochAt) ?? new Windows()
        windows.set(use.epochAt, found)
        return found.take(use, now)
      }
      return { windows: { take } }
    },
  ],
  ['hears repetitions under another counter than what they repeat', () => ({ countsOn: true })],
  [
    'forgets documents when there are many',
    () => {
      let windows = new Windows()
      const take: Windows['take'] = (use, now) => {
        if (windows.size.instances === mostInstances) windows = new Windows()
        return windows.take(use, now)
      }
      return { windows: { take } }
    },
  ],
]

describe('the model notices a gate that', () => {
  it.each(weak)(
    '%s',
    async (_, plant) => {
      const { broken } = await runModel({ runs: 400, steps: 50, seed: 4, shorten: false }, make, plant)
      expect(broken?.rule).toMatch(/^Error: done /)
    },
    240_000,
  )
})
