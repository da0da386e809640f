/** Counts an upload against what its sender may send, before it passes. */
import { BodyTrouble } from '../kit/body-trouble.ts'

/** Held back until they are counted. Each counting is a write to the disk, and each upload under way holds so much. */
const step = 256 * 1024

/**
 * `take`: false when so many bytes are too many. Nothing passes that isn't counted: of an upload that breaks off the app keeps
 * what it got, and nobody removes it (gradio/route_utils.py 6.31, GradioMultiPartParser).
 */
export async function* charge(
  pieces: AsyncIterable<Uint8Array>,
  take: (bytes: number) => Promise<boolean>,
): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array[] = []
  let due = 0
  const pay = async () => {
    if (!(await take(due))) throw new BodyTrouble('quota-spent', { bytes: due })
    const paid = held
    held = []
    due = 0
    return paid
  }
  for await (const piece of pieces) {
    held.push(piece)
    due += piece.byteLength
    if (due >= step) yield* await pay()
  }
  if (due > 0) yield* await pay()
}
