/** What the configuration asks of a new password, and the words that an attacker of this site would try first. */
import type { PasswordRules } from '../contract/contract.ts'
import type { Username } from '../kit/username.ts'
import type { Config } from './config.ts'

/**
 * NIST SP 800-63B-4 section 3.1.1.2: "context-specific words, such as the name of the service, the username, and
 * derivatives thereof". The judge adds our own names and takes all of them apart.
 */
export function passwordRulesOf(
  { passwords, hosts }: Pick<Config, 'passwords' | 'hosts'>,
  username?: Username,
): PasswordRules {
  return {
    least: passwords.least,
    composition: passwords.composition,
    siteWords: username === undefined ? hosts : [username, ...hosts],
  }
}
