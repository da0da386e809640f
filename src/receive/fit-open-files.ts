/** No more places for connections than the system has files for: one that can't be opened fails somebody's request. */

/** Database, audit log, certificates, and what the app is asked beside the requests. */
const besides = 200
/** A connection and, while its request is under way, one to the app. */
const each = 2

interface Wanted {
  readonly connections: number
  readonly connectionsPerAddress: number
}

/** `says`: for the operator, when there are fewer than wanted. */
export function fitOpenFiles(
  wanted: Wanted,
  openFiles: number | undefined,
): Wanted & { readonly says?: string } {
  const { connections, connectionsPerAddress } = wanted
  const needed = each * connections + besides
  if (openFiles === undefined || openFiles >= needed) return { connections, connectionsPerAddress }
  const fit = Math.max(1, Math.floor((openFiles - besides) / each))
  return {
    connections: fit,
    // The same part of the whole.
    connectionsPerAddress: Math.max(1, Math.floor((connectionsPerAddress / connections) * fit)),
    says:
      `This process may have ${openFiles} files open, and limits.connections (${connections}) may need ${needed}: at most ` +
      `${fit} connections are taken. Raise the limit (ulimit -Hn, LimitNOFILE= in a systemd unit, --ulimit nofile= of a container), or lower limits.connections.`,
  }
}
