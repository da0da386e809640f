/** Upkeep: what has to be looked at again and again, one pass after the other, never two at once. */

export interface Upkeep {
  /** Waits for the pass that is under way. */
  stop(): Promise<void>
}

/** Twice a second, so that an operator's word is obeyed within one. */
export const reviewEveryMs = 500

/** A task that fails is reported and tried again at the next pass; the others are not held up by it. */
export function startUpkeep(
  tasks: readonly (() => Promise<void>)[],
  onFault: (fault: unknown) => void,
  everyMs = reviewEveryMs,
): Upkeep {
  let pass = Promise.resolve()
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    pass = runAll(tasks, onFault).finally(() => {
      running = false
    })
  }, everyMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await pass
    },
  }
}

async function runAll(
  tasks: readonly (() => Promise<void>)[],
  onFault: (fault: unknown) => void,
): Promise<void> {
  for (const task of tasks) {
    try {
      await task()
    } catch (fault) {
      onFault(fault)
    }
  }
}
