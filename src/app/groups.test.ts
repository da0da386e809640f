import { describe, expect, it } from 'vitest'
import { component, sampleModel, type SampleApp } from './sample-app.contract.ts'

const groupsOf = (app: SampleApp) =>
  Object.fromEntries([...sampleModel(app).byName.values()].map(({ name, group }) => [name, group]))

const box = component(1, 'textbox')

describe('groups', () => {
  it('hold what runs after one another, under the name of the public one', () => {
    const functions = [
      { id: 0, api_name: 'lambda', api_visibility: 'undocumented' },
      { id: 1, api_name: 'report', trigger_after: 0 },
      { id: 2, api_name: 'tidy_up', trigger_after: 1 },
      { id: 3, api_name: 'other' },
    ]
    expect(groupsOf({ components: [], functions })).toEqual({
      lambda: 'report',
      report: 'report',
      tidy_up: 'report',
      other: 'other',
    })
  })

  it('never join functions for the likeness of their names', () => {
    const functions = [
      { id: 0, api_name: 'lambda', inputs: [1], outputs: [1] },
      { id: 1, api_name: 'lambda_1', inputs: [1], outputs: [1] },
      { id: 2, api_name: '_submit_fn', inputs: [1], api_visibility: 'undocumented' },
    ]
    expect(groupsOf({ components: [box], functions })).toEqual({
      lambda: 'lambda',
      lambda_1: 'lambda_1',
      _submit_fn: '_submit_fn',
    })
  })

  const chat = [
    component(1, 'textbox'),
    component(2, 'state'),
    component(3, 'chatbot'),
    component(4, 'button', { value: 'Fake API', visible: false }),
    component(5, 'json'),
    component(6, 'slider'),
  ]
  const hidden = { api_visibility: 'undocumented' }
  const talk = { id: 0, api_name: 'talk', targets: [[4, 'click']], inputs: [1, 2, 6], outputs: [5, 2] }

  it('hold what a ChatInterface makes around its function', () => {
    const functions = [
      talk,
      { id: 1, api_name: '_clear_and_save_textbox', inputs: [1], outputs: [1], ...hidden },
      { id: 2, api_name: '_submit_fn', inputs: [2, 6], outputs: [3], trigger_after: 1, ...hidden },
      { id: 3, api_name: '_pop_last_user_message_1', inputs: [3], outputs: [3], ...hidden },
      { id: 4, api_name: 'flag', inputs: [3] },
    ]
    expect(new Set(Object.values(groupsOf({ components: chat, functions })))).toEqual(new Set(['talk']))
  })

  it('hold what it made around it in Gradio 4 and 5.0', () => {
    const functions = [
      talk,
      { id: 1, api_name: '_display_input', inputs: [1, 2], outputs: [3, 2], ...hidden },
      { id: 2, api_name: '_stream_fn', inputs: [1, 2], outputs: [3, 2], ...hidden },
      { id: 3, api_name: '_delete_prev_fn_1', inputs: [1, 2], outputs: [3, 1, 2], ...hidden },
      { id: 4, api_name: 'format_textbox', outputs: [1], trigger_after: 3, ...hidden },
      { id: 5, api_name: '_undo_msg', inputs: [2], outputs: [3, 1], ...hidden },
    ]
    expect(new Set(Object.values(groupsOf({ components: chat, functions })))).toEqual(new Set(['talk']))
  })

  it('leave out what the app itself does with the chat, and what shares only its settings', () => {
    const functions = [
      talk,
      { id: 1, api_name: 'export_all', inputs: [3, 2], ...hidden },
      { id: 2, api_name: 'summarise', inputs: [3] },
      { id: 3, api_name: '_submit_fn', inputs: [6], ...hidden },
    ]
    expect(groupsOf({ components: chat, functions })).toEqual({
      talk: 'talk',
      export_all: 'export_all',
      summarise: 'summarise',
      _submit_fn: '_submit_fn',
    })
  })

  it('are not made by a button that anybody sees', () => {
    const components = chat.map((one) =>
      one['id'] === 4 ? component(4, 'button', { value: 'Fake API' }) : one,
    )
    const functions = [talk, { id: 1, api_name: '_submit_fn', inputs: [2], ...hidden }]
    expect(groupsOf({ components, functions })).toEqual({ talk: 'talk', _submit_fn: '_submit_fn' })
  })

  it('hold the flagging of an Interface, and that alone', () => {
    const components = [box, component(2, 'textbox'), component(3, 'button'), component(4, 'button')]
    const functions = [
      { id: 0, api_name: 'predict', inputs: [1], outputs: [2] },
      { id: 1, api_name: 'Flag', targets: [[3, 'click']], inputs: [1, 2], outputs: [3], ...hidden },
      { id: 2, api_name: 'lambda', targets: [[3, 'click']], outputs: [3], ...hidden },
      { id: 3, api_name: 'lambda_1', targets: [[4, 'click']], outputs: [4], ...hidden },
      { id: 4, api_name: 'reset', outputs: [3], ...hidden },
    ]
    expect(groupsOf({ components, functions })).toEqual({
      ...{ predict: 'predict', Flag: 'predict', lambda: 'predict', reset: 'predict' },
      lambda_1: 'lambda_1',
    })
  })
})
