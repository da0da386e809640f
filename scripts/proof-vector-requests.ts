/** Requests of the test vectors: one for each rule of docs/reference/proof.md that a client could get wrong. */
import type { ProofAlgorithm } from '../src/contract/proof.ts'

/** `name` and `filename` as they stand in the part's head. */
export interface FormPart {
  readonly name: string
  readonly filename?: string
  /** Of its content, in bytes. */
  readonly size: number
}

export interface VectorRequest {
  readonly name: string
  readonly alg: ProofAlgorithm
  readonly method: 'GET' | 'POST'
  /** As a program has it; the target is what remains of it. */
  readonly url: string
  /** As UTF-8. */
  readonly body?: string
  readonly form?: readonly FormPart[]
  readonly created: number
  readonly instance: string
  readonly counter: number
}

const demo = 'https://demo.example.org'
const gradio = `${demo}/gradio_api`
const get = {
  alg: 'ecdsa-p256-sha256',
  method: 'GET',
  created: 1_700_000_000,
  instance: 'q83vASNFZ4mrze8B',
} as const
const post = { ...get, method: 'POST', created: 1_700_000_007 } as const

const boundary = '5f0e9c1d7a3b'
const multipart = [
  `--${boundary}`,
  'Content-Disposition: form-data; name="files"; filename="小さな note.txt"',
  'Content-Type: text/plain',
  '',
  'quiet words',
  `--${boundary}--`,
  '',
].join('\r\n')

export const vectorRequests: readonly VectorRequest[] = [
  { name: 'a document', ...get, url: `${demo}/config`, counter: 1 },
  { name: 'nothing after the host', ...get, url: demo, counter: 2 },
  {
    name: 'a stream, with a query',
    ...get,
    url: `${gradio}/queue/data?session_hash=k3v9x1b0q8m`,
    counter: 3,
  },
  {
    name: 'a call whose address ends in a lone question mark',
    ...post,
    url: `${gradio}/queue/join?`,
    body: '{"data":["hello"],"fn_index":0,"session_hash":"k3v9x1b0q8m"}',
    counter: 4,
  },
  {
    name: 'a body that is more than ASCII',
    ...post,
    url: `${gradio}/call/shout`,
    body: '{"data": ["静かな言葉 🤫"]}',
    counter: 5,
  },
  { name: 'a query that ends in a question mark', ...get, url: `${demo}/config?why=what?`, counter: 6 },
  {
    name: 'another port, capitals, a fragment',
    ...get,
    url: 'HTTPS://Demo.Example.ORG:8443/gradio_api/info?serialize=False#top',
    counter: 7,
  },
  {
    name: 'the port of the scheme, spelled out',
    ...get,
    url: 'https://demo.example.org:443/config',
    counter: 8,
  },
  {
    name: 'an IPv6 address',
    ...get,
    url: 'https://[2001:DB8:0::1]:8484/gradio_api/heartbeat/k3v9x1b0q8m',
    counter: 9,
  },
  {
    name: 'a path that is more than ASCII',
    ...get,
    url: `${gradio}/file=/tmp/gradio/小さな note.txt`,
    counter: 10,
  },
  { name: 'no body', ...post, url: `${gradio}/reset`, counter: 11 },
  {
    name: 'a form that streams, by its parts',
    ...post,
    url: `${gradio}/upload?upload_id=p7w2`,
    form: [
      { name: 'files', filename: '小さな note.txt', size: 11 },
      // As browsers write a quotation mark in a name (HTML, multipart/form-data).
      { name: 'files', filename: 'say %22hi%22.png', size: 70_000 },
      { name: 'files', filename: 'nothing in it', size: 0 },
      { name: 'files', filename: '', size: 3 },
      // One line break: browsers send two bytes.
      { name: '本文', size: 4 },
    ],
    counter: 12,
  },
  {
    name: 'a form as bytes, as programs may send it',
    ...post,
    url: `${gradio}/upload`,
    body: multipart,
    counter: 13,
  },
  { name: 'the largest counter', ...get, url: `${demo}/theme.css`, counter: 999_999_999_999_999 },
  {
    name: 'a secret key, where there is no HTTPS: a stream',
    ...get,
    alg: 'hmac-sha256',
    url: 'http://192.0.2.7:8484/gradio_api/queue/data?session_hash=k3v9x1b0q8m',
    counter: 1,
  },
  {
    name: 'a secret key, where there is no HTTPS: a call',
    ...post,
    alg: 'hmac-sha256',
    url: 'http://192.0.2.7:8484/gradio_api/queue/join?',
    body: '{"data":["hello"],"fn_index":0,"session_hash":"k3v9x1b0q8m"}',
    counter: 2,
  },
]
