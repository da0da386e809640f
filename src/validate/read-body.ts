/** Bounded reading of small JSON bodies: the gate's own. */
import type { IncomingBody } from '../request.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { Meter } from './meter.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The parsed value; throws BodyTrouble when it is too large, too slow or no JSON in UTF-8. */
export async function readJson(body: IncomingBody, max: number, deadline: number): Promise<unknown> {
  const meter = new Meter({ max, deadline })
  const chunks: Buffer[] = []
  body.accept()
  body.stream.once('error', () => meter.destroy(new BodyTrouble('body-invalid')))
  body.stream.once('close', () => {
    if (!body.stream.readableEnded) meter.destroy(new BodyTrouble('body-invalid'))
  })
  body.stream.pipe(meter)
  for await (const chunk of meter) chunks.push(chunk as Buffer)
  try {
    return JSON.parse(decoder.decode(Buffer.concat(chunks))) as unknown
  } catch {
    throw new BodyTrouble('body-invalid')
  }
}
