/** The body that goes to the app, written anew from what was judged: no byte of the client's own goes on but inside a file. */
import type { Readable } from 'node:stream'
import { formType, makeBoundary, writeForm } from '../kit/form.ts'
import { writeJson } from '../kit/strict-json.ts'
import type { OutgoingParts } from '../request.ts'

interface Written {
  readonly body: string | Uint8Array | Readable | null
  readonly headers: Readonly<Record<string, string>>
}

export function writeContent(content: OutgoingParts['content']): Written {
  switch (content.kind) {
    case 'none':
      return { body: null, headers: {} }
    case 'json':
      return { body: writeJson(content.value), headers: { 'content-type': 'application/json' } }
    case 'form': {
      const boundary = makeBoundary()
      return { body: writeForm(content, boundary), headers: { 'content-type': formType(boundary) } }
    }
    case 'upload':
      return { body: content.open(), headers: { 'content-type': content.type } }
  }
}
