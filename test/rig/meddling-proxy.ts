/** Somebody on the way who reads each request whole: keeps a copy, and passes it on, changed or not, or keeps it for later. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { proofFields } from '../../src/contract/proof.ts'

export interface OverheardRequest {
  readonly method: string
  /** As on the request line. */
  readonly path: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface MeddlingProxy {
  readonly url: string
  /** Everything so far; `at` picks those whose path ends so. */
  heard(at: string): readonly OverheardRequest[]
  /** What is done with each request from now on; undefined holds it back, and its sender hears 504. */
  meddle(change: (request: OverheardRequest) => OverheardRequest | undefined): void
  /** What is done with the header of each answer from now on: names and values in turn. */
  meddleAnswers(change: (rawHeaders: readonly string[]) => readonly string[]): void
  /** What these ask for is done, but its sender hears what a request without a signature hears: that it was refused, and a true challenge. */
  swallowAnswers(which: (request: OverheardRequest) => boolean): void
  stop(): Promise<void>
}

/** The request once more with another body, and the length of that. */
export function withBody(heard: OverheardRequest, body: string): OverheardRequest {
  return { ...withField(heard, 'content-length', String(Buffer.byteLength(body))), body }
}

/** With another value of a field, or without it. */
export function withField(heard: OverheardRequest, field: string, value?: string): OverheardRequest {
  const rawHeaders = [...heard.rawHeaders]
  const at = rawHeaders.findIndex((name, n) => n % 2 === 0 && name.toLowerCase() === field)
  if (at >= 0) rawHeaders.splice(at, 2)
  if (value !== undefined) rawHeaders.push(field, value)
  return { ...heard, rawHeaders }
}

export interface Resent {
  readonly status: number
  readonly body: string
  /** Of the header, sorted. */
  readonly names: readonly string[]
}

/** Sends it with the header it had, from this machine or from another loopback address. */
export function resend(url: string, heard: OverheardRequest, from?: string): Promise<Resent> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: new URL(url).hostname,
        port: new URL(url).port,
        method: heard.method,
        path: heard.path,
        headers: heard.rawHeaders,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (answer) => {
        readText(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, body, names: Object.keys(answer.headers).sort() })
        }, reject)
      },
    )
    sent.on('error', reject)
    sent.end(heard.body)
  })
}

export async function startMeddlingProxy(target: string): Promise<MeddlingProxy> {
  const all: OverheardRequest[] = []
  let change = (heard: OverheardRequest): OverheardRequest | undefined => heard
  let changeAnswer = (rawHeaders: readonly string[]) => rawHeaders
  let isSwallowed = (_: OverheardRequest) => false
  const pass = async (asked: IncomingMessage, answer: ServerResponse) => {
    const { method = '', url: path = '', rawHeaders } = asked
    const heard = { method, path, rawHeaders, body: await readText(asked) }
    all.push(heard)
    const onward = change(heard)
    if (onward === undefined) answer.writeHead(504).end()
    else {
      const swallowed = isSwallowed(onward)
      if (swallowed) await resend(target, onward)
      const last = swallowed ? withField(onward, proofFields.input) : onward
      await passOn(target, last, answer, (rawHeaders) => changeAnswer(rawHeaders))
    }
  }
  const server = createServer((asked, answer) => {
    pass(asked, answer).catch(() => answer.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    heard: (at) => all.filter(({ path }) => path.endsWith(at)),
    meddle: (wanted) => {
      change = wanted
    },
    meddleAnswers: (wanted) => {
      changeAnswer = wanted
    },
    swallowAnswers: (wanted) => {
      isSwallowed = wanted
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function passOn(
  target: string,
  { method, path, rawHeaders, body }: OverheardRequest,
  answer: ServerResponse,
  changeAnswer: (rawHeaders: readonly string[]) => readonly string[],
) {
  const { hostname, port } = new URL(target)
  return new Promise<void>((resolve, reject) => {
    const onward = request({ host: hostname, port, method, path, headers: rawHeaders }, (came) => {
      answer.writeHead(came.statusCode ?? 502, [...changeAnswer(came.rawHeaders)])
      came.pipe(answer).on('finish', resolve).on('error', reject)
    })
    onward.on('error', reject)
    onward.end(body)
  })
}

async function readText(stream: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}
