/** Standard input, output and error as commands see them. */
import { pipeline } from 'node:stream/promises'
import { GateFault } from '../kit/fault.ts'
import type { Terminal } from './context.ts'

export interface ProcessTerminal extends Terminal {
  /** Whether an error of standard output is the business of whoever sends bytes, and not a reader that has had enough. */
  readonly isSending: boolean
}

export function makeTerminal(process: {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}): ProcessTerminal {
  let sending = false
  const sendBytes = async (pieces: AsyncIterable<Uint8Array>) => {
    sending = true
    await pipeline(pieces, process.stdout, { end: false })
    sending = false
  }
  return {
    get isSending() {
      return sending
    },
    sendBytes: process.stdout.isTTY ? undefined : sendBytes,
    print: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    // Undefined, not false, when it is a pipe.
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    readInput: async (most) => readAll(process.stdin, most),
  }
}

async function readAll(input: AsyncIterable<unknown>, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    length += bytes.length
    if (length > most)
      throw new GateFault('usage', `Standard input holds more than ${most} bytes; a password is shorter.`)
    chunks.push(bytes)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new GateFault('usage', 'Standard input is not UTF-8 text.', { cause })
  }
}
