/** The version of the package, read where it is kept. */
import { readFileSync } from 'node:fs'

/** Sources and compiled files lie equally deep, so one path serves both. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : ''
  return typeof found === 'string' ? found : ''
}
