/** JSON values as the gate keeps them: nothing of a number is lost between reading and writing. */

/** A number whose text says more than a double keeps: `2.0`, `1E5`, 18331719449662323894. */
export class Numeral {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  valueOf(): number {
    return Number(this.text)
  }

  toJSON(): never {
    // JSON.stringify would write another number; `writeJson` writes this one.
    throw new TypeError('A numeral is written by writeJson.')
  }
}

/** Objects have no prototype, so that `__proto__` is a key like any other. */
export type Json = null | boolean | number | Numeral | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** As Array.isArray, which would make a list of anything of it. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Numeral)
}
