/** The real parts, each loaded when a command first needs it: `--help` starts no cryptography. */
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import { Secret } from '../kit/secret.ts'
import type { Parts } from './parts.ts'

export function makeParts(_env: Readonly<Record<string, string | undefined>>, _clock: Clock): Parts {
  const missing = () => new GateFault('usage', 'Not wired yet.')
  return {
    async generatePassphrase() {
      const { generatePassphrase } = await import('../login/passphrase.ts')
      return new Secret(generatePassphrase())
    },
    async openState() {
      throw missing()
    },
    async verifyAudit() {
      throw missing()
    },
    tailAudit() {
      throw missing()
    },
    async runGate() {
      throw missing()
    },
  }
}
