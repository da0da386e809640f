/** How many sockets a process has open, as Linux counts them (proc_pid_fd(5)). */
import { readdirSync, readlinkSync } from 'node:fs'

export function countSockets(pid: number): number {
  const folder = `/proc/${String(pid)}/fd`
  return readdirSync(folder).filter((name) => isSocket(`${folder}/${name}`)).length
}

function isSocket(file: string): boolean {
  try {
    return readlinkSync(file).startsWith('socket:')
  } catch {
    // Closed since it was listed.
    return false
  }
}
