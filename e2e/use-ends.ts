/** Ends what was started for the tests of a file: after the last of them, the newest first, and also where the rest couldn't start. */
import { afterAll } from 'vitest'

type Ending = { stop(): Promise<unknown> } | { close(): Promise<unknown> } | { remove(): Promise<unknown> }

function end(ending: Ending): Promise<unknown> {
  if ('stop' in ending) return ending.stop()
  return 'close' in ending ? ending.close() : ending.remove()
}

/** Answers what waits for a thing to start, and ends it later. */
export function useEnds(): <T extends Ending>(starting: Promise<T>) => Promise<T> {
  const started: Ending[] = []
  afterAll(async () => {
    for (const one of started.toReversed()) await end(one)
  })
  return async (starting) => {
    const one = await starting
    started.push(one)
    return one
  }
}
