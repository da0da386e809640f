/** Gradio's FileData: how a file is named in inputs and outputs (gradio/data_classes.py 6.31). */
import { isJsonObject, type JsonObject } from '../kit/json.ts'

/** What Gradio itself takes for a file wherever it finds one (gradio_client/utils.py 2.7, is_file_obj_with_meta). */
export function isFileDataLike(value: JsonObject): boolean {
  const meta = value['meta']
  return typeof value['path'] === 'string' && isJsonObject(meta) && meta['_type'] === 'gradio.FileData'
}

/** What Gradio would fetch, or leave to the browser to fetch; whatever the case of its scheme. */
export function isLink(text: string): boolean {
  return /^https?:/i.test(text)
}
