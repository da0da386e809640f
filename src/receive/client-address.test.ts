import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNetwork, type Network } from '../kit/networks.ts'
import { findClientAddress } from './client-address.ts'

const trusted = ['127.0.0.1', '10.0.0.0/8', '::1']
  .map(parseNetwork)
  .filter((one): one is Network => one !== undefined)

describe('the client address', () => {
  it.each([
    ['203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['127.0.0.1', 'evil, 1.2.3.4', '1.2.3.4'],
    ['127.0.0.1', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
    ['127.0.0.1', '1.2.3.4, 10.1.1.1', '1.2.3.4'],
    ['127.0.0.1', 'not-an-address', '127.0.0.1'],
    ['127.0.0.1', '0x7f.1', '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', '1.2.3.4:5678', '1.2.3.4'],
    ['127.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['127.0.0.1', '[evil]', '127.0.0.1'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['::ffff:127.0.0.1', '::ffff:1.2.3.4', '1.2.3.4'],
    ['::1', '2001:DB8:0::1', '2001:db8::1'],
    [undefined, '1.2.3.4', '0.0.0.0'],
  ])('of a peer %s that reports %s is %s', (peer, forwarded, client) => {
    expect(findClientAddress(peer, forwarded, trusted)).toBe(client)
  })

  it('is the peer whatever it reports when no proxy is trusted', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (peer, forwarded) => {
        expect(findClientAddress(peer, forwarded, [])).toBe(peer)
      }),
    )
  })

  it('does not move for anything that a stranger writes to the left of the trusted hop', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\n')),
        (forged) => {
          expect(findClientAddress('127.0.0.1', `${forged},198.51.100.7`, trusted)).toBe('198.51.100.7')
        },
      ),
    )
  })
})
