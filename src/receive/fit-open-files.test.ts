import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitOpenFiles } from './fit-open-files.ts'

const wanted = { connections: 4096, connectionsPerAddress: 2048 }

describe('places and open files', () => {
  it('are as configured where there are files enough, or no limit', () => {
    for (const files of [8392, 1_000_000, undefined]) expect(fitOpenFiles(wanted, files)).toEqual(wanted)
  })

  it('are fewer where there are not, and the operator is told what to do', () => {
    const { says, ...fitted } = fitOpenFiles(wanted, 1024)
    expect(fitted).toEqual({ connections: 412, connectionsPerAddress: 206 })
    for (const word of ['1024', '4096', '8392', '412', 'LimitNOFILE', 'limits.connections'])
      expect(says).toContain(word)
  })

  it('never need more files than there are, and leave some place to everybody', () => {
    fc.assert(
      fc.property(
        fc.nat(20_000),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (files, all, one) => {
          const { connections, connectionsPerAddress } = fitOpenFiles(
            { connections: all, connectionsPerAddress: Math.min(all, one) },
            files,
          )
          expect(connections).toBeGreaterThanOrEqual(1)
          expect(connectionsPerAddress).toBeGreaterThanOrEqual(1)
          expect(connectionsPerAddress).toBeLessThanOrEqual(connections)
          // The least that there is to a gate is one place.
          if (connections > 1) expect(2 * connections + 200).toBeLessThanOrEqual(files)
        },
      ),
    )
  })
})
