/** Bounded reading of small bodies: the gate's own, and calls that fit into one packet or a few. */
import type { IncomingBody } from '../request.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The parsed value; throws BodyTrouble when it is too large, too slow or no JSON in UTF-8. */
export async function readJson(body: IncomingBody, max: number, deadline: number): Promise<unknown> {
  const bytes = await readWhole(body, max, deadline)
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown
  } catch {
    throw new BodyTrouble('body-invalid')
  }
}

/** All bytes, at most `max` of them, within `deadline` milliseconds; throws BodyTrouble. */
export function readWhole({ stream, accept }: IncomingBody, max: number, deadline: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let seen = 0
    const stop = () => {
      clearTimeout(timer)
      stream.off('data', take).off('end', finish).off('error', breakOff).off('close', breakOff)
    }
    const fail = (code: BodyTrouble['code']) => {
      stop()
      stream.pause()
      reject(new BodyTrouble(code))
    }
    const take = (chunk: Buffer) => {
      seen += chunk.byteLength
      if (seen > max) fail('body-large')
      else chunks.push(chunk)
    }
    const finish = () => {
      stop()
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    }
    const breakOff = () => fail('body-invalid')
    const timer = setTimeout(() => fail('body-slow'), deadline)
    stream.on('data', take).on('end', finish).on('error', breakOff).on('close', breakOff)
    accept()
  })
}
