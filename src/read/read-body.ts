/** Bounded reading of bodies that are held whole: the gate's own, calls, and small forms. */
import { BodyDeadline, BodyPace, type BodyPatience } from '../kit/body-pace.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import type { Json } from '../kit/json.ts'
import { JsonTrouble, parseStrictJson, requestLimits } from '../kit/strict-json.ts'
import type { IncomingBody } from '../request.ts'
import { Meter } from './meter.ts'

/** Throws BodyTrouble. */
export function parseJson(bytes: Uint8Array): Json {
  try {
    return parseStrictJson(bytes, requestLimits)
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) throw new BodyTrouble('body-invalid', { json: thrown.code })
    throw thrown
  }
}

/** The body on its way through a meter; a client that leaves before the end breaks it. Calls the client to send. */
export function measure({ stream, accept }: IncomingBody, max: number): Meter {
  const meter = new Meter({ max })
  // Told to whoever reads it, if anybody still does.
  meter.on('error', () => undefined)
  const breakOff = () => {
    if (!stream.readableEnded) meter.destroy(new BodyTrouble('body-invalid', { body: 'cut-off' }))
  }
  stream.once('close', breakOff).once('error', breakOff)
  accept()
  return stream.pipe(meter)
}

/** The bytes of a body that is here already, without a wait; undefined when it isn't. Throws BodyTrouble. */
export function takeComplete({ stream, isComplete }: IncomingBody, max: number): Buffer | undefined {
  if (isComplete?.() !== true) return undefined
  if (stream.readableLength > max) throw new BodyTrouble('body-large')
  return (stream.read() as Buffer | null) ?? undefined
}

/** All bytes, at most `max` of them, however long they take while they keep the pace; throws BodyTrouble. */
export function readPaced(body: IncomingBody, max: number): Promise<Buffer> {
  return collect(body, max, (onSlow) => new BodyPace(onSlow))
}

/** All bytes, at most `max` of them, within `deadline` milliseconds; throws BodyTrouble. */
export function readWhole(body: IncomingBody, max: number, deadline: number): Promise<Buffer> {
  return collect(body, max, (onSlow) => new BodyDeadline(onSlow, deadline))
}

/** By the stream's events: a chain of streams and iterators costs a small call more than all that is read from it. */
function collect({ stream, accept }: IncomingBody, max: number, patience: BodyPatience): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let seen = 0
    const stop = () => {
      pace.stop()
      stream.off('data', take).off('end', finish).off('error', breakOff).off('close', breakOff)
    }
    const fail = (code: BodyTrouble['code'], because?: BodyTrouble['because']) => {
      stop()
      stream.pause()
      reject(new BodyTrouble(code, because))
    }
    const take = (chunk: Buffer) => {
      seen += chunk.byteLength
      pace.count(chunk.byteLength)
      if (seen > max) fail('body-large')
      else chunks.push(chunk)
    }
    const finish = () => {
      stop()
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    }
    const breakOff = () => fail('body-invalid', { body: 'cut-off' })
    const pace = patience(() => fail('body-slow'))
    stream.on('data', take).on('end', finish).on('error', breakOff).on('close', breakOff)
    accept()
  })
}
