/**
 * The story: a rule says what a message to the chat may be. So nobody sends it as a message: it is written into the history that
 * the page hands back, and "retry" makes a message of it.
 */
import { expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { readEvents } from '../rig/use-app.ts'
import { useApp, useGate, useSession } from './targets.ts'
import { newSession } from './ways-to-call.ts'

const app = useApp('kitchen')
const gate = useGate(app, {
  config: readConfigText('inputs: { talk: { message: { pattern: "[a-z ]{1,64}" } } }'),
})
const cookie = useSession(gate)
const injection = "'; drop table users; --"
/** Each as long as a message may be, and one message when they are sent again. */
const halves = ['a'.repeat(60), 'b'.repeat(60)]

interface Declared {
  readonly components: readonly { readonly id: number; readonly type: string }[]
  readonly dependencies: readonly {
    readonly id: number
    readonly api_name: string
    readonly inputs: readonly number[]
    readonly outputs: readonly number[]
  }[]
}

/** What the page calls for "retry", in its order: the history is taken over, its last message taken out and sent again. */
async function retry(
  url: string,
  headers: Readonly<Record<string, string>>,
  ...messages: readonly string[]
): Promise<string> {
  const { components, dependencies } = JSON.parse((await ask(app().url, '/config')).body) as Declared
  const typeOf = (id: number) => components.find((one) => one.id === id)?.type
  const takesHistory = dependencies.find(
    ({ inputs, outputs }) =>
      inputs.length === 1 &&
      inputs.every((id) => typeOf(id) === 'chatbot') &&
      outputs.length > 0 &&
      outputs.every((id) => typeOf(id) === 'state'),
  )
  const named = (name: string) => dependencies.find(({ api_name }) => api_name === name)
  const chain = [takesHistory, named('_pop_last_user_message'), named('_submit_fn_1')]
  const more = { role: 'user', metadata: null, options: null }
  const said = messages.map((text) => ({ ...more, content: [{ type: 'text', text }] }))
  const session_hash = newSession()
  let last = ''
  for (const one of chain) {
    if (one === undefined) throw new TypeError('This chat retries in another way.')
    const data = one.inputs.map((id) => (typeOf(id) === 'chatbot' ? said : null))
    const body = { fn_index: one.id, data, session_hash }
    const joined = await askJson(url, '/gradio_api/queue/join', body, { headers })
    if (joined.status !== 200) return joined.body
    const stream = `${url}/gradio_api/queue/data?session_hash=${session_hash}`
    last = await readEvents(stream, headers, /process_completed/)
  }
  return last
}

it('succeeds on the bare app', async () => {
  expect(await retry(app().url, {}, injection)).toContain(`You said ${injection}`)
  expect(await retry(app().url, {}, ...halves)).toContain(`You said ${halves.join('')}`)
})

it('is blocked by the gate, which lets a message that the rule allows be sent again', async () => {
  const headers = { cookie: cookie() }
  expect(await retry(gate().url, headers, injection)).toContain('This input is not allowed.')
  expect(await retry(gate().url, headers, ...halves)).toContain('This input is not allowed.')
  expect(await retry(gate().url, headers, 'hello there')).toContain('You said hello there')
})
