/** By what names and addresses this machine can be called. */
import type { NetworkInterfaceInfo } from 'node:os'
import ipaddr from 'ipaddr.js'
import { isPublicAddress, parseHostName } from '../config/addresses.ts'

export interface MachineNames {
  /** An address that the whole internet can reach, unless a firewall stands before it. */
  readonly publicAddress?: string
  /** Without loopback and link-local ones, IPv4 first. */
  readonly addresses: readonly string[]
  readonly hostName?: string
}

export function readMachineNames(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  hostname: string,
): MachineNames {
  const all = Object.values(interfaces).flatMap((found) => found ?? [])
  const usable = all.filter(({ internal, address }) => !internal && rangeOf(address) !== 'linkLocal')
  const addresses = usable
    .toSorted((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => ipaddr.parse(address).toString())
  const publicAddress = addresses.find(isPublicAddress)
  const hostName = parseHostName(hostname)
  return {
    addresses,
    ...(publicAddress !== undefined && { publicAddress }),
    ...(hostName !== undefined && hostName !== 'localhost' && { hostName }),
  }
}

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : 'invalid'
}
