/** Puts one element first into `<head>` of a page that streams by; everything else passes as it came. */

const opening = /<head(?:\s[^>]*)?>/i
/** A page whose head doesn't begin in here is left alone. */
const searched = 64 * 1024

export interface Injector {
  push(chunk: Uint8Array): Uint8Array | undefined
  /** What is still held when the page ends before its head came. */
  end(): Uint8Array | undefined
}

export function makeInjector(element: string): Injector {
  let held: Buffer | undefined = Buffer.alloc(0)
  return {
    push(chunk) {
      if (held === undefined) return chunk
      held = Buffer.concat([held, chunk])
      // Latin-1 maps bytes to characters one to one, so an index in the text is an index in the bytes.
      const found = opening.exec(held.toString('latin1', 0, searched))
      if (found === null && held.byteLength < searched) return undefined
      const whole: Buffer = held
      held = undefined
      if (found === null) return whole
      const at = found.index + found[0].length
      return Buffer.concat([whole.subarray(0, at), Buffer.from(element), whole.subarray(at)])
    },
    end() {
      return held
    },
  }
}
