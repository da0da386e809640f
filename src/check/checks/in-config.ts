/** The one place that knows when the app's configuration can't be seen. */
import type { AppConfig } from '../app-config.ts'
import type { AppEvidence, Front } from '../app-evidence.ts'
import { foundAt, unseen, type Outcome } from '../check.ts'

export function inConfig(
  { config, front }: AppEvidence,
  find: (config: AppConfig) => readonly string[],
): Outcome {
  return config === undefined ? unseen(hidden[front]) : foundAt(find(config))
}

const hidden: Readonly<Record<Front, string>> = {
  app: 'the configuration could not be read',
  'own-login': 'a login hides the configuration; look at the app without auth, on loopback',
  'other-login': 'a login hides the configuration; look at the app itself',
  gate: 'the gate hides the configuration, as it should; look at the app itself',
}
