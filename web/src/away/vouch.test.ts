/** What goes to a login host for a ticket: the gate's answer to a signed request, or the ticket itself. */
import { paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { vouchFor } from './vouch.ts'

const answering = (answer: Response) => {
  const sent: unknown[] = []
  const post = (path: string, body: object) => {
    sent.push([path, body])
    return Promise.resolve(answer)
  }
  return { sent, post }
}

test('is what the gate vouches for', async () => {
  const { sent, post } = answering(Response.json({ ticket: 'vouched_-1' }))
  expect(await vouchFor('mine', post)).toBe('vouched_-1')
  expect(sent).toEqual([[paths.enterVouch, { ticket: 'mine' }]])
})

test.each([401, 403, 404])('is the ticket as it was where the gate refuses: %i', async (status) => {
  const { post } = answering(Response.json({ code: 'ticket-over', ticket: 'x' }, { status }))
  expect(await vouchFor('mine', post)).toBe('mine')
})

test.each([429, 500, 502, 503, 504])(
  'is nothing where the gate can’t answer now: a later try may have it: %i',
  async (status) => {
    const { post } = answering(Response.json({ code: 'busy', ticket: 'x' }, { status }))
    await expect(vouchFor('mine', post)).rejects.toThrow(TypeError)
  },
)

test.each([{}, { ticket: 1 }, { ticket: '' }, { ticket: 'a&b' }, 'x', null])(
  'is never what no gate answers: %j',
  async (body) => {
    await expect(vouchFor('mine', answering(Response.json(body)).post)).rejects.toThrow(TypeError)
  },
)
