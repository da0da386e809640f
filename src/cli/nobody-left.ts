/** A word to the operator who has just kept out the last one who could sign in. */
import type { CommandContext } from './context.ts'
import type { Opened } from './find-user.ts'

export async function warnIfNobodyIsLeft(
  { state, users }: Pick<Opened, 'state' | 'users'>,
  { terminal }: CommandContext,
): Promise<void> {
  if (await state.hasPassword()) return
  if ((await users.list()).some((user) => user.state === 'active')) return
  terminal.say('Nobody can sign in now: there is no shared password and no user with a password.')
}
