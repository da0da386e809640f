/** Names that settings speak of: `*` stands for any text, as in Cedar's `like`; every other sign for itself. */
export function compileNamePattern(pattern: string): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern
  const parts = pattern.split('*').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  const form = new RegExp(`^${parts.join('.*')}$`, 'su')
  return (name) => form.test(name)
}
