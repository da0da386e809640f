import { describe, expect, it } from 'vitest'
import { LargePass } from './large-pass.ts'
import type { TextFilter } from './tap.ts'

const shout: TextFilter = { push: (text) => text.toUpperCase(), end: () => '!' }

/** Gives everything at its end. */
function holder(): TextFilter {
  let held = ''
  return {
    push: (text) => {
      held += text
      return ''
    },
    end: () => held,
  }
}

function run(filters: readonly TextFilter[], bytes: Buffer): string {
  const pass = new LargePass(filters)
  const passed = Array.from(bytes, (_, at) => pass.push(bytes.subarray(at, at + 1)))
  return Buffer.concat([...passed, pass.end()]).toString()
}

describe('a large message', () => {
  it('goes through its filters in their order, each one’s end through the others', () => {
    expect(run([shout, holder()], Buffer.from('é関a'))).toBe('É関A!')
    expect(run([holder(), shout], Buffer.from('é関a'))).toBe('É関A!')
  })

  it('keeps its bytes where nothing filters it', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x41])
    const pass = new LargePass([])
    expect(pass.push(bytes)).toEqual(bytes)
    expect(pass.end()).toHaveLength(0)
  })
})
