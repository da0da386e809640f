/** Looks for a password, and for what anybody can compute from it alone, in bytes that went over the wire. */
import { createHash } from 'node:crypto'

const digests = [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha512-256',
  'sha3-256',
  'blake2b512',
]

interface Trace {
  readonly name: string
  readonly bytes: Buffer
}

/** The password as typed and in other forms, and the digests of each, in every usual spelling. */
function tracesOf(password: string): readonly Trace[] {
  const plain: Trace[] = [
    { name: 'password', bytes: Buffer.from(password, 'utf8') },
    { name: 'password as UTF-16', bytes: Buffer.from(password, 'utf16le') },
    { name: 'password in capitals', bytes: Buffer.from(password.toUpperCase(), 'utf8') },
    { name: 'password backwards', bytes: Buffer.from([...password].reverse().join(''), 'utf8') },
    {
      name: 'first half of the password',
      bytes: Buffer.from(password.slice(0, password.length / 2), 'utf8'),
    },
    { name: 'second half of the password', bytes: Buffer.from(password.slice(password.length / 2), 'utf8') },
  ]
  const digested = plain.slice(0, 2).flatMap((form) =>
    digests.flatMap((algorithm) => {
      const once = createHash(algorithm).update(form.bytes).digest()
      const twice = createHash(algorithm).update(once).digest()
      const ofHex = createHash(algorithm).update(once.toString('hex')).digest()
      return [
        { name: `${algorithm} of ${form.name}`, bytes: once },
        { name: `${algorithm} twice of ${form.name}`, bytes: twice },
        { name: `${algorithm} of hex ${algorithm} of ${form.name}`, bytes: ofHex },
      ]
    }),
  )
  return [...plain, ...digested].flatMap(spellings)
}

function spellings({ name, bytes }: Trace): readonly Trace[] {
  const hex = bytes.toString('hex')
  // Base64 of the same bytes looks different at each of the three places they can start at; the ends depend on
  // neighbours and are left out.
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return text.slice(Math.ceil((shift * 8) / 6), -2)
  })
  const texts = [
    hex,
    hex.toUpperCase(),
    percentEncode(bytes),
    percentEncode(bytes).replaceAll('%20', '+'),
    escapeAsJson(bytes.toString('utf8')),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  return [
    { name, bytes },
    ...texts.map((text) => ({ name: `${name}, encoded`, bytes: Buffer.from(text, 'latin1') })),
  ]
}

function percentEncode(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte)
    // RFC 3986 section 2.3: unreserved characters stay what they are.
    return /[\w.~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

function escapeAsJson(text: string): string {
  const escape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[^\x20-\x7e]/g, escape)
}

/** Names of what was found; none is what one hopes for. */
export function findPasswordTraces(password: string, sent: readonly Buffer[]): readonly string[] {
  const found = tracesOf(password).filter(({ bytes }) => sent.some((stream) => stream.includes(bytes)))
  return [...new Set(found.map(({ name }) => name))]
}

/**
 * What two attempts have in common, as runs of `length` equal bytes in the values they sent. Whatever is derived from
 * the password alone, by any function, is the same in both.
 */
export function commonRuns(
  first: readonly Buffer[],
  second: readonly Buffer[],
  length = 6,
): readonly string[] {
  const runs = (values: readonly Buffer[]) =>
    new Set(
      values.flatMap((value) =>
        Array.from({ length: Math.max(0, value.length - length + 1) }, (_, at) =>
          value.toString('hex', at, at + length),
        ),
      ),
    )
  const seen = runs(first)
  return [...runs(second)].filter((run) => seen.has(run))
}
