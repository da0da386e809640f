/** Where the answer to an HTTP/1.1 request goes. */
import type { ServerResponse } from 'node:http'
import type { AnswerHeaders } from '../request.ts'
import type { Outlet } from './exchange.ts'

export class Http1Outlet implements Outlet {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get isOpen(): boolean {
    return !this.#response.destroyed
  }

  begin(status: number, headers: AnswerHeaders, last: boolean): void {
    const all = last ? { ...headers, connection: 'close' } : headers
    this.#response.writeHead(status, all as Record<string, string | string[]>)
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.write(chunk)
  }

  end(bytes?: Uint8Array): void {
    this.#response.end(bytes)
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
}
