/** Which of an app's error texts its author wrote for the user, and which are an exception's own words. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kit/json.ts'

/**
 * `error_payload` (gradio/utils.py 4.44.1 to 6.31): for a gr.Error the keys `duration` and `visible` stand beside its text, since
 * 5.x `title` too; any other exception has `error` and `visible` only, or null where the app hides it already.
 */
export function findExceptionText(payload: Json | undefined): string | undefined {
  if (!isJsonObject(payload) || typeof payload['error'] !== 'string') return undefined
  return 'duration' in payload && 'visible' in payload ? undefined : payload['error']
}

/** The same payload, saying no more than that something went wrong; shown, or nobody could tell the operator the number. */
export function withText(payload: JsonObject, text: string): JsonObject {
  return { ...payload, error: text, visible: true }
}

/**
 * The `detail` of FastAPI's own refusals repeats what was sent and names inner parts; an app's validator writes for the user
 * (`__type__: "validate"`, gradio/queueing.py 6.31), and short sentences of Gradio's routes name no inside.
 */
export function isForTheUser(detail: Json | undefined): boolean {
  if (isJsonList(detail)) return detail.every((one) => isJsonObject(one) && one['__type__'] === 'validate')
  return false
}
