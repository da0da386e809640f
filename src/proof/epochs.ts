/** Epochs: the challenge that a signed request answers. A time and a MAC, so that none has to be kept. */
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'

/** How long an epoch is good. */
export const epochMs = 5 * 60_000
/** From this age on a new one goes out with the answer, so that nobody who works has to be refused first. */
export const renewMs = epochMs / 2

const timeBytes = 6
/** 128 bits: nobody finds one by trying (NIST SP 800-107 section 5.3.3). */
const macBytes = 16

export interface Epochs {
  /** `owner`: whose requests answer it, a session or a token. */
  issue(owner: string, now: number): string
  /** When it was issued; undefined: too old, another's, of an earlier process, or none. */
  read(epoch: string, owner: string, now: number): number | undefined
}

/**
 * The key dies with the process, and with it every epoch: what a process saw is remembered in that process alone, so none that
 * another handed out may be good here, or a request could be repeated after a restart.
 */
export function makeEpochs(key: Uint8Array = randomBytes(32)): Epochs {
  // Made once: Node takes four times as long for an HMAC whose key are bytes.
  const macKey = createSecretKey(key)
  const macOf = (time: Uint8Array, owner: string) =>
    createHmac('sha256', macKey).update(time).update(owner).digest().subarray(0, macBytes)
  return {
    issue: (owner, now) => {
      const time = Buffer.alloc(timeBytes)
      time.writeUIntBE(now, 0, timeBytes)
      return toBase64url(Buffer.concat([time, macOf(time, owner)]))
    },
    read: (epoch, owner, now) => {
      const bytes = parseBase64url(epoch)
      if (bytes?.length !== timeBytes + macBytes) return undefined
      const time = bytes.subarray(0, timeBytes)
      if (!timingSafeEqual(bytes.subarray(timeBytes), macOf(time, owner))) return undefined
      const at = time.readUIntBE(0, timeBytes)
      return at <= now && now - at < epochMs ? at : undefined
    },
  }
}
