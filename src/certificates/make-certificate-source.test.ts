/** Which source of certificates a configuration means. */
import { expect, test } from 'vitest'
import type { Config } from '../config/config.ts'
import { makeConfig } from '../config/make-config.ts'
import type { Overrides } from '../config/overrides.ts'
import { AcmeSource } from './acme/acme-source.ts'
import { FileSource } from './file-source.ts'
import type { MachineNames } from './machine-names.ts'
import { makeCertificateSource } from './make-certificate-source.ts'
import { SelfSignedSource } from './self-signed-source.ts'

const inside: MachineNames = { addresses: ['10.0.0.5', 'fd00::5'], hostName: 'box' }
const outside: MachineNames = { ...inside, publicAddress: '8.8.4.4', addresses: ['8.8.4.4'] }

function choose(overrides: Overrides, machine: MachineNames) {
  const config: Config = makeConfig(
    undefined,
    { upstream: 'http://127.0.0.1:7860', ...overrides },
    { cwd: '/', home: '/root', env: {} },
  )
  const said: string[] = []
  const source = makeCertificateSource(config, {
    folder: '/nowhere',
    clock: { now: () => 0 },
    record: async () => Promise.resolve(),
    say: (words) => said.push(words),
    random: () => 0,
    machine,
  })
  return { source, said }
}

test.each<readonly [string, Overrides, MachineNames, readonly string[]]>([
  ['a name', { 'https-name': ['gate.example.org'] }, inside, ['gate.example.org']],
  [
    'the hosts',
    { https: true, host: ['a.example.org', 'b.example.org'] },
    inside,
    ['a.example.org', 'b.example.org'],
  ],
  ['an address that is named', { 'https-name': ['8.8.8.8'] }, inside, ['8.8.8.8']],
  ['the public address of the machine', { https: true }, outside, ['8.8.4.4']],
  ['the address it listens at', { https: true, listen: '8.8.8.8:443' }, outside, ['8.8.8.8']],
])('%s: from a CA', (_, overrides, machine, names) => {
  const { source, said } = choose(overrides, machine)
  expect(source).toBeInstanceOf(AcmeSource)
  expect(source?.names).toEqual(names)
  expect(said).toEqual([])
})

const why =
  'The certificate is self-signed: no name was given (--https NAME), and no public address was found on this machine.'

test.each<readonly [string, Overrides, MachineNames, readonly string[], readonly string[]]>([
  ['no public address', { https: true }, inside, ['box', '10.0.0.5'], [why]],
  ['loopback', { https: true, listen: '127.0.0.1:8443' }, outside, ['127.0.0.1'], [why]],
  ['nothing at all', { https: true }, { addresses: [] }, ['localhost'], [why]],
  ['on request', { https: true, 'self-signed': true }, outside, ['box', '8.8.4.4'], []],
  ['on request, for a name', { 'self-signed': true, host: ['gate.lan'] }, outside, ['gate.lan'], []],
])('%s: self-signed', (_, overrides, machine, names, words) => {
  const { source, said } = choose(overrides, machine)
  expect(source).toBeInstanceOf(SelfSignedSource)
  expect(source?.names).toEqual(names)
  expect(said).toEqual(words)
})

test('files of its own, and none for plain HTTP', () => {
  expect(choose({ 'tls-cert': 'c.pem', 'tls-key': 'k.pem' }, outside).source).toBeInstanceOf(FileSource)
  expect(choose({}, outside).source).toBeUndefined()
})
