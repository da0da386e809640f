/** Counts an upload against what its sender may send, while it passes. */
import { BodyTrouble } from '../kit/body-trouble.ts'

/** Each counting is a write to the disk; so much may pass beyond the allowance. */
const step = 4 * 1024 * 1024

/** `take`: false when so many bytes are too many. What passed is counted even if the upload breaks off. */
export async function* charge(
  pieces: AsyncIterable<Uint8Array>,
  take: (bytes: number) => Promise<boolean>,
): AsyncGenerator<Uint8Array, void, void> {
  let due = 0
  const pay = async () => {
    const bytes = due
    due = 0
    if (!(await take(bytes))) throw new BodyTrouble('quota-spent', { bytes })
  }
  try {
    for await (const piece of pieces) {
      due += piece.byteLength
      if (due >= step) await pay()
      yield piece
    }
    // Before the end of the message: without it the app has no upload.
    await pay()
  } finally {
    if (due > 0) await take(due)
  }
}
