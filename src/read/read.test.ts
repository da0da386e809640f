import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../catalog/index.ts'
import { isRefusal } from '../refusals.ts'
import type { Authorized, Content } from '../request.ts'
import { read, type ReadParts } from './read.ts'

const limits = { callBytes: 100_000, uploadBytes: 1_000_000 }
const json = 'application/json'
const form = 'multipart/form-data; boundary=b'

interface Asked {
  readonly id: string
  readonly type?: string
  readonly body?: Readable | string | Buffer
  readonly length?: number
  readonly query?: string
  readonly encoding?: string
  readonly nobody?: boolean
  /** Field and SHA-256 of what was signed of the body. */
  readonly signed?: { readonly name: string; readonly sha256: Uint8Array }
}

function requestOf({
  id,
  type,
  body,
  length,
  query = '',
  encoding,
  nobody = false,
  signed,
}: Asked): Authorized {
  const entry = catalogue.find((one) => one.id === id)
  const stream =
    typeof body === 'string' || body instanceof Buffer ? Readable.from([Buffer.from(body)]) : body
  const headers = {
    ...(type !== undefined && { 'content-type': type }),
    ...(encoding !== undefined && { 'content-encoding': encoding }),
  }
  const incoming = stream && {
    body: { stream, accept: () => undefined, ...(length !== undefined && { length }) },
  }
  const principal = nobody ? { kind: 'nobody' } : { kind: 'guest', session: { id: 's1' } }
  const proof = signed === undefined ? { kind: 'none' } : { kind: 'held', body: signed }
  return { entry, query, headers, principal, proof, ...incoming } as unknown as Authorized
}

/** The content, or the refusal as `code {because}`. */
async function readOf(asked: Asked, parts: ReadParts = { limits, uploads: { maxFiles: 3 } }) {
  const outcome = await read(requestOf(asked), parts)
  return isRefusal(outcome) ? `${outcome.code} ${JSON.stringify(outcome.because)}` : outcome.content
}

async function sentBy(content: Content | string): Promise<string> {
  if (typeof content === 'string' || content.kind !== 'upload') return 'no upload'
  return (await buffer(content.open())).toString()
}

describe('reading what a request brings', () => {
  it('takes JSON as one value', async () => {
    const call = {
      id: 'queue.join',
      type: 'application/json; charset=utf-8',
      body: '{"fn_index":2,"data":[1.0]}',
    }
    expect(await readOf(call)).toMatchObject({ kind: 'json', value: { fn_index: 2 } })
    expect(await readOf({ id: 'component.call', type: json, body: '{}' })).toMatchObject({ kind: 'json' })
    expect(await readOf({ id: 'gate.login.start', type: json, body: '{}' })).toMatchObject({ kind: 'json' })
    expect(await readOf({ id: 'queue.status' })).toEqual({ kind: 'none' })
  })

  it.each<[string, Asked, string]>([
    [
      'a body where none belongs',
      { id: 'queue.status', type: json, body: '{}' },
      'body-invalid {"expected":"none"}',
    ],
    ['no body where one belongs', { id: 'queue.join', type: json }, 'body-invalid {"expected":"json"}'],
    ['no type', { id: 'queue.join', body: '{}' }, 'body-type-wrong {"expected":"json"}'],
    [
      'JSON as text',
      { id: 'component.call', type: 'text/plain', body: '{}' },
      'body-type-wrong {"expected":"form"}',
    ],
    [
      'JSON in UTF-16',
      { id: 'queue.join', type: `${json}; charset=utf-16`, body: '{}' },
      'body-type-wrong {"expected":"json"}',
    ],
    [
      'a form for JSON',
      { id: 'queue.join', type: form, body: '--b--' },
      'body-type-wrong {"expected":"json"}',
    ],
    [
      'JSON for a file',
      { id: 'file.upload', type: json, body: '[]' },
      'body-type-wrong {"expected":"upload"}',
    ],
    [
      'a packed body',
      { id: 'queue.join', type: json, body: '{}', encoding: 'gzip' },
      'body-type-wrong {"encoding":"other"}',
    ],
    [
      'a key given twice',
      { id: 'queue.join', type: json, body: '{"fn_index":1,"fn_index":2}' },
      'body-invalid {"json":"duplicate-key"}',
    ],
    [
      'a key given twice to the gate',
      { id: 'gate.login.start', type: json, body: '{"a":1,"a":2}' },
      'body-invalid {"json":"duplicate-key"}',
    ],
    [
      'a field given twice',
      {
        id: 'component.call',
        type: form,
        body: '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n2\r\n--b--\r\n',
      },
      'body-invalid {"form":"field-repeated"}',
    ],
    [
      'a name given twice in the query',
      { id: 'file.upload', type: form, body: '--b--', query: 'upload_id=a&upload_id=b' },
      'body-invalid {"repeated":"upload_id"}',
    ],
    [
      'a call that says it is too large',
      { id: 'queue.join', type: json, body: '{}', length: 100_001 },
      'body-large {"declared":100001,"max":100000}',
    ],
    [
      'a call that is too large',
      { id: 'queue.join', type: json, body: `"${'x'.repeat(100_000)}"` },
      'body-large {}',
    ],
    [
      'an upload that says it is too large',
      { id: 'file.upload', type: form, body: '--b--', length: 1_000_001 },
      'body-large {"declared":1000001,"max":1000000}',
    ],
    [
      'a body that breaks off',
      { id: 'queue.join', type: json, body: Readable.from(brokenOff()) },
      'body-invalid {"body":"cut-off"}',
    ],
  ])('refuses %s', async (_what, asked, refusal) => {
    expect(await readOf(asked)).toBe(refusal)
  })

  it('holds a small form whole', async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="fn_name"\r\n\r\nls\r\n--b--\r\n'
    expect(await readOf({ id: 'component.call', type: form, body })).toMatchObject({
      kind: 'form',
      fields: { fn_name: 'ls' },
      files: [],
    })
  })

  it('lets files stream, each under a safe name, in a form of the gate’s own', async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="files"; filename="../a"\r\n\r\nx\r\n--b--\r\n'
    const content = await readOf({ id: 'file.upload', type: form, body })
    if (typeof content === 'string' || content.kind !== 'upload') expect.fail('no upload')
    const boundary = /^multipart\/form-data; boundary=(sekisho-[\w-]{32})$/.exec(content.type)?.[1] ?? 'none'
    expect(await sentBy(content)).toBe(
      `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="a"\r\ncontent-type: application/octet-stream\r\n\r\nx\r\n--${boundary}--\r\n`,
    )
  })

  it('breaks off an upload that turns out too large or of a wrong kind', async () => {
    const body = (size: number) =>
      Buffer.concat([
        Buffer.from('--b\r\ncontent-disposition: form-data; name="files"; filename="a.png"\r\n\r\n'),
        Buffer.alloc(size),
        Buffer.from('\r\n--b--\r\n'),
      ])
    const asked = { id: 'file.upload', type: form }
    await expect(sentBy(await readOf({ ...asked, body: body(1_000_000) }))).rejects.toMatchObject({
      code: 'body-large',
    })
    const uploads = { maxFiles: 1, types: ['image/*'] }
    const strict = await readOf({ ...asked, body: body(10) }, { limits, uploads })
    await expect(sentBy(strict)).rejects.toMatchObject({ code: 'file-refused' })
  })

  it('counts an upload for whoever sends it, and breaks off what is too much', async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n--b--\r\n'
    const asked = { id: 'file.upload', type: form, body }
    const taken: string[] = []
    const parts = (isLeft: boolean): ReadParts => ({
      limits,
      uploads: { maxFiles: 3 },
      uploadQuota: {
        take: (owner) => {
          taken.push(owner)
          return Promise.resolve(isLeft)
        },
      },
    })
    expect(await sentBy(await readOf(asked, parts(true)))).toContain('filename="a"')
    await expect(sentBy(await readOf(asked, parts(false)))).rejects.toMatchObject({ code: 'quota-spent' })
    expect(taken).toEqual(['session:s1', 'session:s1'])
    expect(await readOf({ ...asked, nobody: true }, parts(true))).toBe('quota-spent {"owner":false}')
  })

  it('counts the files that a component is sent, too', async () => {
    const part = (head: string, text: string) =>
      `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${text}\r\n`
    const field = part('name="a"', 'four')
    const body = `${field}${part('name="file"; filename="blob"', 'drawing')}--b--\r\n`
    const counted: number[] = []
    const parts = (isLeft: boolean): ReadParts => ({
      limits,
      uploads: { maxFiles: 3 },
      uploadQuota: { take: (_owner, bytes) => Promise.resolve(counted.push(bytes) > 0 && isLeft) },
    })
    const asked = { id: 'component.call', type: form }
    expect(await readOf({ ...asked, body }, parts(true))).toMatchObject({ kind: 'form' })
    expect(await readOf({ ...asked, body }, parts(false))).toBe('quota-spent {"bytes":7}')
    expect(await readOf({ ...asked, body: `${field}--b--\r\n` }, parts(false))).toMatchObject({
      kind: 'form',
    })
    expect(counted).toEqual([7, 7])
  })

  it('lets the client go when nobody takes its upload any more', async () => {
    const stream = new PassThrough()
    const content = await readOf({ id: 'file.upload', type: form, body: stream })
    if (typeof content === 'string' || content.kind !== 'upload') expect.fail('no upload')
    const taken = content.open()
    stream.write('--b\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\n')
    taken.once('data', () => taken.destroy())
    await new Promise((resolve) => taken.once('close', resolve))
    stream.write(Buffer.alloc(10))
    await expect.poll(() => stream.listenerCount('data')).toBe(0)
  })
})

/** Says nothing more, and is gone. */
async function* brokenOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('{"a":')
  await Promise.resolve()
  throw new TypeError('the connection is gone')
}
