/** Who listens at a port of this machine, as the kernel tells (proc(5), /proc/net/tcp and tcp6). */
import { readFile } from 'node:fs/promises'

export interface Listener {
  readonly loopback: boolean
  /** The socket's inode, by which its process is found. */
  readonly inode: string
}

/** Empty also where there is no such table. */
export async function readListeners(port: number): Promise<readonly Listener[]> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const found: Listener[] = []
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const cells = line.trim().split(/\s+/)
      const [address = '', at] = (cells[1] ?? '').split(':')
      // State 0A is LISTEN.
      if (cells[3] === '0A' && at === wanted)
        found.push({ loopback: isLoopbackHex(address), inode: cells[9] ?? '' })
    }
  }
  return found
}

function isLoopbackHex(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F')
  return (
    address === '00000000000000000000000001000000' ||
    /^0{16}0000FFFF0000..7F$|^0{16}FFFF0000.{6}7F$/.test(address)
  )
}
