import { describe, expect, it } from 'vitest'
import { parseNetwork } from '../kit/networks.ts'
import { Shares } from './connections.ts'

const proxy = parseNetwork('198.51.100.0/24') ?? expect.fail('not a network')

describe('the share of one address', () => {
  it('is half of all, and what was given back can be taken again', () => {
    const shares = new Shares({ connections: 4, trustedProxies: [] })
    const [first, second] = [shares.take('192.0.2.1'), shares.take('192.0.2.1')]
    expect([typeof first, typeof second, shares.take('192.0.2.1')]).toEqual([
      'function',
      'function',
      undefined,
    ])
    expect(shares.take('192.0.2.2')).toBeTypeOf('function')
    first?.()
    // A second time it gives nothing back.
    first?.()
    expect(shares.all).toBe(2)
    expect([typeof shares.take('192.0.2.1'), shares.take('192.0.2.1')]).toEqual(['function', undefined])
  })

  it('is that of the /64 with IPv6', () => {
    const shares = new Shares({ connections: 2, trustedProxies: [] })
    expect(shares.take('2001:db8::1')).toBeTypeOf('function')
    expect(shares.take('2001:db8::2')).toBeUndefined()
    expect(shares.take('2001:db8:0:1::2')).toBeTypeOf('function')
  })

  it('does not bind those who speak for many', () => {
    const shares = new Shares({ connections: 2, trustedProxies: [proxy] })
    for (const peer of ['127.0.0.1', '198.51.100.7', undefined]) {
      expect([typeof shares.take(peer), typeof shares.take(peer)]).toEqual(['function', 'function'])
    }
    expect(shares.all).toBe(6)
  })
})
