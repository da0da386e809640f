/** What one HTTP/2 connection may cost. */
import type { ServerOptions } from 'node:http2'
import { headerBytes, headerFields } from './limits.ts'

/** A page of Gradio loads about this many files; RFC 9113 section 6.5.2 recommends no less. */
export const mostStreams = 100

/** Bytes of bodies that may arrive before anybody reads them; with 50 ms to and fro an upload runs at 10 MB/s. */
const streamWindow = 512 * 1024
/** All streams together: two that nobody reads leave nothing for a third, and nothing more in memory. */
export const connectionWindow = 1024 * 1024

export const http2Options: ServerOptions = {
  settings: {
    maxConcurrentStreams: mostStreams,
    initialWindowSize: streamWindow,
    // More than we take (http2-head.ts), so that whoever sends a little too much is answered; the rest is reset.
    maxHeaderListSize: 4 * headerBytes,
    enableConnectProtocol: false,
  },
  maxHeaderListPairs: 2 * headerFields,
  /** Megabytes: streams, header tables and unsent answers. */
  maxSessionMemory: 10,
  maxSettings: 32,
  // CVE-2023-44487: leaving a page resets what it was loading; so does leaving the next one, at once.
  streamResetBurst: 2 * mostStreams,
  streamResetRate: 33,
  // An honest client has none.
  maxSessionInvalidFrames: 10,
  maxSessionRejectedStreams: mostStreams,
  // RFC 9113 section 8.2.1.
  strictFieldWhitespaceValidation: true,
}
