/** A file as Gradio's clients send it. */
import type { JsonObject } from '../kit/json.ts'

export function sampleFile(path: string): JsonObject {
  return {
    path,
    url: `http://127.0.0.1:7860/gradio_api/file=${path}`,
    orig_name: path.split('/').pop() ?? '',
    size: 3,
    mime_type: 'text/plain',
    is_stream: false,
    meta: { _type: 'gradio.FileData' },
  }
}
