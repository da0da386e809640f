/** A value that prints, inspects and serialises as dots, and is read only through `reveal()`. */
import { inspect } from 'node:util'

const dots = '••••'

export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The one way to the value; search for this word to see every use. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return dots
  }

  toJSON(): string {
    return dots
  }

  [inspect.custom](): string {
    return dots
  }
}
