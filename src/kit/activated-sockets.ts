/** Sockets that the service manager opened before it started us, so that ports below 1024 need no privilege. */
import { GateFault } from './fault.ts'

export interface ActivatedSockets {
  /** File descriptor of the gate's own port. */
  readonly gate?: number
  /** File descriptor of the port that leads to HTTPS. */
  readonly http?: number
}

/** sd_listen_fds(3): the first of them is always 3. */
const first = 3

/**
 * By name (`FileDescriptorName=https` and `http` in systemd.socket(5)), else in order. Sockets meant for another process
 * are not ours: a child inherits the variables and not the sockets.
 */
export function readActivatedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): ActivatedSockets {
  if (env['LISTEN_PID'] !== String(pid)) return {}
  const count = /^[1-9]\d{0,3}$/.test(env['LISTEN_FDS'] ?? '') ? Number(env['LISTEN_FDS']) : 0
  if (count > 2) {
    const words = `The service manager passed ${count} sockets; the gate takes one for HTTPS and one for HTTP.`
    throw new GateFault('address-unusable', words)
  }
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':').slice(0, count)
  const http = names.includes('http') ? names.indexOf('http') : names.indexOf('https') === 1 ? 0 : 1
  const gate = http === 0 ? 1 : 0
  return {
    ...(gate < count && { gate: first + gate }),
    ...(http < count && { http: first + http }),
  }
}
