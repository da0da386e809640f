/** Waiting for the operator to end a long-running command. */

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/** The first signal resolves, so that open work ends in order; the second one is somebody who won't wait. */
export async function untilStopped(process: NodeJS.Process): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = false
  for (const [name, number] of Object.entries(signals)) {
    process.on(name, () => {
      if (asked) process.exit(128 + number)
      asked = true
      resolve()
    })
  }
  await promise
}
