/** Configuration → the source of certificates; undefined where the gate speaks plain HTTP. */
import { isIP } from 'node:net'
import { isLoopback } from '../kit/networks.ts'
import { isPublicAddress } from '../config/addresses.ts'
import type { Config } from '../config/config.ts'
import { AcmeSource, type AcmeParts } from './acme/acme-source.ts'
import type { CertificateSource } from './certificate-source.ts'
import { FileSource } from './file-source.ts'
import type { MachineNames } from './machine-names.ts'
import { SelfSignedSource } from './self-signed-source.ts'

export interface CertificateParts extends AcmeParts {
  readonly machine: MachineNames
}

/** Reads and asks nothing yet: that is `open`. */
export function makeCertificateSource(
  config: Pick<Config, 'tls' | 'https' | 'listen'>,
  parts: CertificateParts,
): CertificateSource | undefined {
  const { https, tls } = config
  if (tls !== undefined) return new FileSource(tls, parts)
  if (https === undefined) return undefined
  if (https.selfSigned) return selfSigned(config, https.names, parts)
  if (https.names.length > 0) return new AcmeSource(https, parts)
  const found = publicAddress(config, parts.machine)
  if (found !== undefined) return new AcmeSource({ ...https, names: [found] }, parts)
  parts.say(
    'The certificate is self-signed: no name was given (--https NAME), and no public address was found on this machine.',
  )
  return selfSigned(config, [], parts)
}

/** The address that the gate listens at, or the machine's if it listens at all of them. */
function publicAddress({ listen }: Pick<Config, 'listen'>, machine: MachineNames): string | undefined {
  if (isEverywhere(listen.host)) return machine.publicAddress
  return isPublicAddress(listen.host) ? listen.host : undefined
}

function selfSigned(
  { listen }: Pick<Config, 'listen'>,
  named: readonly string[],
  parts: CertificateParts,
): CertificateSource {
  const { machine } = parts
  const own = isEverywhere(listen.host) ? machine.addresses : [listen.host]
  const hostName = machine.hostName === undefined || isLoopback(listen.host) ? [] : [machine.hostName]
  // Addresses of IPv6 change by themselves (RFC 8981): in the certificate, but no reason for a new one.
  const steady = [...hostName, ...own.filter((address) => isIP(address) === 4)]
  const chosen = named.length > 0 ? named : steady
  const names = chosen.length > 0 ? chosen : ['localhost']
  return new SelfSignedSource({ names, further: [...steady, ...own, 'localhost', '127.0.0.1', '::1'] }, parts)
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
