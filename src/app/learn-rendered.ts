/** The tap that learns what was rendered for a session, before its client can use it. */
import type { Tap } from '../answers/tap.ts'
import { isJsonObject, type Json } from '../kit/json.ts'
import type { DeclaredModel } from './make-model.ts'
import type { RenderedFunctions } from './rendered.ts'

interface Learning {
  readonly rendered: RenderedFunctions
  /** As the app knows it. */
  readonly session: string
  readonly model: () => DeclaredModel
  /** `stream`: messages of /queue/data; `answer`: what /run answers. */
  readonly from: 'stream' | 'answer'
}

export function learnRendered({ rendered, session, model, from }: Learning): Tap {
  return {
    // As orjson writes it; elsewhere it is null.
    marks: ['"render_config":{'],
    take(message) {
      const answer = message.json()
      const output = from === 'answer' ? answer : outputOf(answer)
      const config = isJsonObject(output) ? output['render_config'] : undefined
      if (isJsonObject(config)) rendered.learn(session, config, model(), message.text.length)
      return undefined
    },
  }
}

/** Nothing that a function returns stands beside `render_config`: it is Gradio's own. */
function outputOf(message: Json | undefined): Json | undefined {
  if (!isJsonObject(message)) return undefined
  const kind = message['msg']
  return kind === 'process_completed' || kind === 'process_generating' ? message['output'] : undefined
}
