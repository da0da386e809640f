/** Base64url without padding (RFC 4648 section 5), strict on the way in. */

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

/** The bytes, or undefined when `text` is anything but the one canonical spelling of some bytes. */
export function parseBase64url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // Node ignores stray trailing bits; a second spelling of the same token would slip past single-use lists.
  return bytes.toString('base64url') === text ? bytes : undefined
}
