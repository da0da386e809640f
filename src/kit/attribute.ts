/** Attributes of users: what they may be called and what they may hold, one spelling each, safe to show. */

export const attributeNameShape = '1 to 64 letters (a-z, A-Z), digits and _ . -, beginning with a letter'
export const attributeValueShape = '1 to 256 printable characters'

const nameForm = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
// Nothing that moves a cursor, hides or turns the reading direction around (Unicode general categories).
const valueForm = /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u

export function parseAttributeName(typed: string): string | undefined {
  return nameForm.test(typed) ? typed : undefined
}

/** In NFC, so that two values that look alike are one. */
export function parseAttributeValue(typed: string): string | undefined {
  const value = typed.normalize('NFC')
  return valueForm.test(value) ? value : undefined
}
