import { expect, it } from 'vitest'
import { readEventHead } from './event-head.ts'

it('says what a message is and of which event, without its end', () => {
  expect(readEventHead('{"msg":"process_completed","event_id":"a-1_b","output":{"da')).toEqual({
    msg: 'process_completed',
    event: 'a-1_b',
  })
})

it('says nothing of what begins in another way', () => {
  for (const text of [
    '',
    '{"event_id":"a","msg":"log"}',
    ' {"msg":"log","event_id":"a"',
    '{"msg":"log","event_id":null',
    '{"msg":"log","event_id":"a b"',
  ])
    expect(readEventHead(text)).toBeUndefined()
})
