/** The known name that somebody most likely meant: for messages only. */
import { editDistance } from './nearest-key.ts'

/** Undefined when none is near; long ones aren't compared. */
export function nearestName(typed: string, known: Iterable<string>): string | undefined {
  const wanted = typed.slice(0, 64)
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of known) {
    if (name.length > 128) continue
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase())
    if (best === undefined || distance < best.distance) best = { name, distance }
  }
  return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3))
    ? best.name
    : undefined
}

/** ` Did you mean x?`, or nothing. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const near = nearestName(typed, known)
  return near === undefined ? '' : ` Did you mean ${near}?`
}
