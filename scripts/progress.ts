/** Progress: one line on stderr for everything that takes longer than a second, so that stdout stays for results. */

export type Say = (line: string) => void

export const sayOnStderr: Say = (line) => {
  process.stderr.write(`${line}\n`)
}

/** Says `what` at once when it turns out to be slow, then every ten seconds how long it has been going on. */
export async function withProgress<T>(say: Say, what: string, work: Promise<T>): Promise<T> {
  const started = Date.now()
  const tick = () => {
    const seconds = Math.round((Date.now() - started) / 1000)
    say(seconds < 5 ? `${what} …` : `${what} … ${String(seconds)} s`)
  }
  const first = setTimeout(tick, 1000)
  const rest = setInterval(tick, 10_000)
  try {
    return await work
  } finally {
    clearTimeout(first)
    clearInterval(rest)
  }
}
