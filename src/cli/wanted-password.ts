/** Which password the operator is asked for, and what it must be. */
import type { Config } from '../config/config.ts'
import { passwordRulesOf } from '../config/password-rules-of.ts'
import type { Username } from '../kit/username.ts'
import type { WantedPassword } from './take-password.ts'

/** The shared one where no user is named. */
export function wantedPassword(config: Config, username?: Username): WantedPassword {
  return {
    whose: username === undefined ? 'for everybody who may use the app' : `of ${username}`,
    rules: passwordRulesOf(config, username),
  }
}
