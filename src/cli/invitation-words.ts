/** An invitation on its way to the operator's terminal: the link once, and what to do with it. */
import { parseOrigin, publicOrigin } from '../config/public-origin.ts'
import type { Config } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import type { Secret } from '../kit/secret.ts'
import { invitationLink } from '../users/invitation.ts'
import type { Reach } from '../users/reach.ts'
import type { Invited } from '../users/users.ts'
import { flag, textOption, type Given } from './command.ts'
import { operatorConfigOf } from './config-options.ts'
import type { CommandContext } from './context.ts'
import { printableJson } from './printable.ts'

export const atHelp = 'address of the gate for the link, such as https://demo.example.org'

/**
 * Throws GateFault `usage` where a link would lead nowhere, or to a page that anybody on the way can change, and `config-invalid` where
 * only the configuration could tell and no gate would start with it.
 */
export async function originForLinks(
  { given, context }: { readonly given: Given; readonly context: CommandContext },
  config: Config,
  reach: Reach | undefined,
): Promise<string> {
  if (config.insecureHttp || reach?.insecure === true) {
    throw new GateFault(
      'usage',
      'Passwords are not set by link over plain HTTP (insecure_http): whoever can change the traffic could take the ' +
        'invitation. Use HTTPS, or set a password here: sekisho password set --user NAME',
    )
  }
  const typed = textOption(given, 'at')
  const origin =
    typed === undefined
      ? (reach?.origin ?? publicOrigin(await operatorConfigOf(given, context, 'doors')))
      : parseOrigin(typed)
  if (origin !== undefined) return origin
  throw new GateFault(
    'usage',
    typed === undefined
      ? 'The configuration does not say where people reach the gate. Name a host (hosts:), or say --at https://demo.example.org.'
      : '--at is not the address of a gate: allowed is https:// and a host, with a port perhaps, and nothing behind it.',
  )
}

/** The link to standard output, once; the words beside it to standard error. */
export function showInvitation(
  { secret, expiresAt, purpose }: Invited,
  origin: string,
  { given, context: { terminal } }: { readonly given: Given; readonly context: CommandContext },
  also: Readonly<Record<string, unknown>> = {},
): void {
  const link: Secret = invitationLink(origin, secret)
  const expires = new Date(expiresAt).toISOString()
  if (flag(given, 'json')) {
    terminal.print(printableJson({ ...also, invitation: link.reveal(), purpose, expiresAt: expires }))
    return
  }
  terminal.print(link.reveal())
  terminal.say(
    `Hand this link to the user, in private: whoever opens it first sets the password. Good once, until ${expires}. ` +
      'It is shown only now; to take it back: sekisho user invite --revoke NAME',
  )
}
