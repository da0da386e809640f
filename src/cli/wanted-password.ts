/** Which password the operator is asked for, and what it must be. */
import { defaultPasswordRules } from '../contract/password-rules.ts'
import type { Config } from '../config/config.ts'
import type { Username } from '../kit/username.ts'
import type { WantedPassword } from './take-password.ts'

/** The shared one where no user is named. */
export function wantedPassword(config: Config, username?: Username): WantedPassword {
  const rules = defaultPasswordRules
  const siteWords = [...rules.siteWords, ...config.hosts, ...(username === undefined ? [] : [username])]
  return {
    whose: username === undefined ? 'for everybody who may use the app' : `of ${username}`,
    rules: { ...rules, siteWords },
  }
}
