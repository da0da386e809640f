/**
 * The app at app.test, and pages of other sites that are open in the same browser: another one, evil.test, and a sibling,
 * other.app.test, which browsers count as the same site. Over https as in the world, over http where a test says so.
 */
import { readFile } from 'node:fs/promises'
import {
  createServer as createPlainServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { makeCertificate, type Certificate } from '../test/rig/certificate.ts'
import { openProfileWith, type Profile, type ThirdPartyCookies } from './browser.ts'

export const names = { app: 'app.test', sibling: 'other.app.test', foreign: 'evil.test' } as const

export type Scheme = 'http' | 'https'

export interface Sites {
  readonly certificate: Certificate
  /** An empty page of another site. */
  pageOf(name: 'sibling' | 'foreign', scheme?: Scheme): string
  /** Puts TLS before an app on loopback, as an operator would who trusts its own login; its origin. */
  putTlsBefore(upstream: string): Promise<string>
  stop(): Promise<void>
}

export async function startSites(): Promise<Sites> {
  const certificate = await makeCertificate(...Object.values(names))
  const { cert, key } = certificate.files
  const pair = { cert: await readFile(cert), key: await readFile(key) }
  const ends: (() => Promise<unknown>)[] = [() => certificate.remove()]
  const listen = async (scheme: Scheme, answer: (asked: IncomingMessage, out: ServerResponse) => void) => {
    const server = scheme === 'https' ? createTlsServer(pair, answer) : createPlainServer(answer)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    ends.unshift(async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    })
    return (server.address() as AddressInfo).port
  }
  const empty = (_asked: IncomingMessage, out: ServerResponse) =>
    void out.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>another site</title>')
  const ports = { https: await listen('https', empty), http: await listen('http', empty) }
  return {
    certificate,
    pageOf: (name, scheme = 'https') => `${scheme}://${names[name]}:${String(ports[scheme])}/`,
    putTlsBefore: async (upstream) =>
      `https://${names.app}:${String(await listen('https', (asked, out) => pass(upstream, asked, out)))}`,
    stop: async () => {
      for (const end of ends) await end()
    },
  }
}

/** As nginx in Gradio's own guide: the name that the browser asked for, and that it was https. */
function pass(upstream: string, asked: IncomingMessage, out: ServerResponse): void {
  const { hostname, port } = new URL(upstream)
  const headers = { ...asked.headers, 'x-forwarded-proto': 'https', 'x-forwarded-host': asked.headers.host }
  const asking = { hostname, port, path: asked.url, method: asked.method, headers, agent: false }
  const onward = request(asking, (answer) => {
    out.writeHead(answer.statusCode ?? 502, answer.headers)
    pipeline(answer, out, () => undefined)
  })
  onward.on('error', () => out.destroy())
  out.on('close', () => onward.destroy())
  asked.pipe(onward)
}

/** A browser of its own that finds them. */
export function openVisitor(thirdPartyCookies: ThirdPartyCookies): Promise<Profile> {
  return openProfileWith(thirdPartyCookies, { hosts: Object.values(names) })
}
