/** A word list against everything that was overheard or stolen: does any value in it confirm a guess? */
import { createHash, createHmac } from 'node:crypto'

const hashes = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const

/** The article's whole list of guesses is as long; a real one has millions, which changes nothing. */
export function wordList(right: string): readonly string[] {
  const words = [
    'password-password', 'letmein-please-now', 'correct horse battery', 'summer-2026-holiday', 'gradio-demo-password',
    'admin-admin-admin', 'open-sesame-again', 'the-quick-brown-fox', 'hunter2-hunter2-h', 'changeme-changeme',
    'my-secret-password',
  ] // prettier-ignore
  return [...words.filter((word) => word !== right), right].slice(-12)
}

/**
 * The first word that the material confirms: as it stands, in a usual coding, or hashed, alone or together with any
 * value that is in the material too (challenges, salts, nonces, public keys, pieces of messages).
 */
export function guessOffline(material: string, words: readonly string[]): string | undefined {
  const tokens = [...new Set(material.match(/[A-Za-z0-9+/_=-]{12,}/g))]
  const decoded = tokens.flatMap(decode)
  const values = [...tokens.map((token) => Buffer.from(token)), ...decoded.flatMap(pieces)]
  const known = new Set(values.map(beginning))
  return words.find((word) => {
    const guess = Buffer.from(word)
    if (spellings(guess).some((spelling) => material.includes(spelling))) return true
    return digests(guess, values).some((digest) => known.has(beginning(digest)))
  })
}

/** Fifteen bytes of a digest in a row are no coincidence. */
function beginning(bytes: Buffer): string {
  return bytes.toString('latin1', 0, 15)
}

function digests(guess: Buffer, values: readonly Buffer[]): Buffer[] {
  return hashes.flatMap((name) => {
    const digest = (...parts: readonly Buffer[]) => createHash(name).update(Buffer.concat(parts)).digest()
    const together = values.flatMap((value) => [
      digest(value, guess),
      digest(guess, value),
      createHmac(name, value).update(guess).digest(),
      createHmac(name, guess).update(value).digest(),
    ])
    return [digest(guess), digest(digest(guess)), ...together]
  })
}

function spellings(bytes: Buffer): string[] {
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  return [bytes.toString('latin1'), bytes.toString('hex'), base64, bytes.toString('base64url')]
}

function decode(token: string): Buffer[] {
  const all = [Buffer.from(token, 'base64url')]
  if (/^(?:[0-9a-f]{2})+$/i.test(token)) all.push(Buffer.from(token, 'hex'))
  return all
}

/** A message and its fields of 32 bytes, which is what OPAQUE's are made of. */
function pieces(bytes: Buffer): Buffer[] {
  const fields = Math.floor(bytes.length / 32)
  return [bytes, ...Array.from({ length: fields }, (_, at) => bytes.subarray(at * 32, at * 32 + 32))]
}
