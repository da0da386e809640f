/** An event stream that is followed while other things happen. */

export interface Followed {
  /** All that has come so far. */
  readonly text: string
  /** Resolves when it has come, or when the stream is over. */
  until(wanted: RegExp): Promise<string>
  /** Hangs up. */
  close(): void
}

export async function follow(
  address: string,
  headers: Readonly<Record<string, string>>,
): Promise<Followed & { readonly status: number }> {
  const gone = new AbortController()
  const answer = await fetch(address, { headers, signal: gone.signal })
  const waiting = new Set<() => void>()
  let text = ''
  let over = false
  const tell = () => {
    for (const one of waiting) one()
  }
  const reading = async () => {
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      tell()
    }
  }
  void reading()
    .catch(() => undefined)
    .finally(() => {
      over = true
      tell()
    })
  return {
    status: answer.status,
    get text() {
      return text
    },
    until: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (!over && !wanted.test(text)) return
          waiting.delete(look)
          resolve(text)
        }
        waiting.add(look)
        look()
      }),
    close: () => gone.abort(),
  }
}
