/** A function's answer in the place of a value: some of the component's properties (gradio/blocks.py 6.31, postprocess_update_dict). */
import { isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

export function isUpdate(value: Json): value is JsonObject {
  return isJsonObject(value) && value['__type__'] === 'update'
}
