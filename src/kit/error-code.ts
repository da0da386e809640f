/** What the system calls a thing that went wrong, `ENOENT` for one; undefined for an error that it has no name for. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined
}
