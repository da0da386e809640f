/** Where the answer to an HTTP/1.1 request goes. */
import type { ServerResponse } from 'node:http'
import type { AnswerHeaders } from '../request.ts'
import type { Outlet, Rest } from './exchange.ts'
import type { Leftover } from './leftover.ts'

/**
 * TLS encrypts at once whatever it is handed, and keeps it until the client takes it (nodejs/node src/crypto/crypto_tls.cc 24,
 * TLSWrap::DoWrite): a file of 2 MB would be 2 MB for each of thousands that ask for it and don't read.
 */
const largestPiece = 64 * 1024

export class Http1Outlet implements Outlet {
  readonly #response: ServerResponse
  readonly #leftover: Pick<Leftover, 'allow' | 'beforeEnd'> | undefined

  /** `leftover`: of the request's body; absent, it can't be taken, or the client waits for a word before it sends. */
  constructor(response: ServerResponse, leftover?: Pick<Leftover, 'allow' | 'beforeEnd'>) {
    this.#response = response
    this.#leftover = leftover
  }

  get isOpen(): boolean {
    return !this.#response.destroyed
  }

  begin(status: number, headers: AnswerHeaders, rest: Rest): void {
    const isAll = typeof rest === 'object'
    if (isAll) this.#leftover?.allow(rest.most)
    const last = rest === 'none' || (isAll && this.#leftover === undefined)
    const all = last ? { ...headers, connection: 'close' } : headers
    this.#response.writeHead(status, all as Record<string, string | string[]>)
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.write(chunk)
  }

  end(bytes?: Uint8Array): void {
    if (this.#leftover === undefined) this.#send(bytes)
    else this.#leftover.beforeEnd(() => this.#send(bytes))
  }

  cut(): void {
    this.#response.destroy()
  }

  flush(): void {
    if (!this.#response.writableEnded && !this.#response.destroyed) this.#response.flushHeaders()
  }

  onDrain(call: () => void): void {
    this.#response.on('drain', call)
  }

  onGone(call: () => void): void {
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) call()
    })
  }

  #send(bytes?: Uint8Array): void {
    if (bytes === undefined || bytes.byteLength <= largestPiece) this.#response.end(bytes)
    else this.#feed(bytes)
  }

  /** Waits between two pieces until the client took one. */
  #feed(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.byteLength > largestPiece && this.isOpen) {
      const hasRoom = this.#response.write(rest.subarray(0, largestPiece))
      rest = rest.subarray(largestPiece)
      if (hasRoom) continue
      this.#response.once('drain', () => this.#feed(rest))
      return
    }
    if (this.isOpen) this.#response.end(rest)
  }
}
