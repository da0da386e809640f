/** How functions that render are known before Gradio declares `render_id` (gradio/renderable.py 4.44.1, 5.0.2). */
import type { JsonObject } from '../kit/json.ts'
import { idsIn, textIn } from './config-fields.ts'

/**
 * The row or column that a `gr.render` fills: the one output of a function called `apply` that hides from the API. Another one that
 * looks the same is taken for one too; Gradio never says that it rendered anything.
 */
export function renderedInto(
  declared: JsonObject,
  typeOf: (component: number) => string | undefined,
): number | undefined {
  if (declared['render_id'] !== undefined || declared['show_api'] !== false) return undefined
  if (declared['backend_fn'] !== true || !/^apply(?:_\d+)?$/.test(textIn(declared, 'api_name') ?? ''))
    return undefined
  const [container, ...more] = idsIn(declared, 'outputs')
  if (container === undefined || more.length > 0) return undefined
  const type = typeOf(container)
  return type === 'row' || type === 'column' ? container : undefined
}
