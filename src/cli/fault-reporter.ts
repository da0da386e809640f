/** Faults that no command waits for, on standard error: each in its words, the same one at most once a minute. */
import type { Clock } from '../kit/clock.ts'

const quietMs = 60_000
// More different faults than this at once are one calamity.
const mostRemembered = 100

/** Work that is tried twice a second fails twice a second; a terminal or a journal needs to hear it once. */
export function makeFaultReporter(
  say: (words: string) => void,
  inWords: (fault: unknown) => string,
  clock: Clock,
): (fault: unknown) => void {
  const saidAt = new Map<string, number>()
  return (fault) => {
    const words = inWords(fault)
    const now = clock.now()
    if (now - (saidAt.get(words) ?? -Infinity) < quietMs) return
    if (saidAt.size >= mostRemembered) saidAt.clear()
    saidAt.set(words, now)
    say(words)
  }
}
