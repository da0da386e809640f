import { expect, it } from 'vitest'
import { makeMessage } from '../answers/show-taps.ts'
import { announceTools } from './announce.ts'

const answer = (result: object) => makeMessage(JSON.stringify({ jsonrpc: '2.0', id: 0, result }))

it('of what the app announces, tools are left', async () => {
  const capabilities = { experimental: {}, prompts: {}, resources: {}, tools: { listChanged: false } }
  const told = await announceTools().take(answer({ protocolVersion: '2025-06-18', capabilities }))
  expect(JSON.parse(told ?? '')).toEqual({
    jsonrpc: '2.0',
    id: 0,
    result: { protocolVersion: '2025-06-18', capabilities: { tools: { listChanged: false } } },
  })
})

it('an app without tools announces none', async () => {
  const told = await announceTools().take(answer({ protocolVersion: 'x', capabilities: { prompts: {} } }))
  expect(JSON.parse(told ?? '')).toMatchObject({ result: { capabilities: {} } })
})

it('what is no such answer stays as it is', async () => {
  expect(
    await announceTools().take(answer({ content: [{ type: 'text', text: '"capabilities"' }] })),
  ).toBeUndefined()
  expect(await announceTools().take(makeMessage('["capabilities"]'))).toBeUndefined()
})
