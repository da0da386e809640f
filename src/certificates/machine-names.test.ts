/** What this machine is called, from what the system lists. */
import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { readMachineNames } from './machine-names.ts'

function info(address: string, internal = false): NetworkInterfaceInfo {
  const common = { netmask: '', mac: '', internal, cidr: null, address }
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' }
}

test('public addresses are told from private ones, IPv4 first', () => {
  const interfaces = {
    lo: [info('127.0.0.1', true), info('::1', true)],
    eth0: [info('2001:4860:4860::8888'), info('fe80::1'), info('10.0.0.5'), info('8.8.4.4')],
    none: undefined,
  }
  expect(readMachineNames(interfaces, 'Gate7.example.org')).toEqual({
    addresses: ['10.0.0.5', '8.8.4.4', '2001:4860:4860::8888'],
    publicAddress: '8.8.4.4',
    hostName: 'gate7.example.org',
  })
})

test.each([
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.1.1',
  '192.0.2.1',
  '198.18.0.1',
  'fd00::1',
  '2001:db8::1',
])('%s is not public', (address) => {
  expect(readMachineNames({ eth0: [info(address)] }, 'gate').publicAddress).toBeUndefined()
})

test.each(['localhost', 'not a name', ''])('%j is no host name to be reached by', (hostname) => {
  expect(readMachineNames({}, hostname)).toEqual({ addresses: [] })
})
